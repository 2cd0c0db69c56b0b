// table: aligned by hand
package dlx.elaborate;

import java.util.Collection;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What functions of other libraries are called here, or how it is written. */
final class Elsewhere {
  private Elsewhere() {}

  private static final Map<String, String> HERE = new HashMap<>();

  private static void written(String here, String... elsewhere) {
    for (String name : elsewhere) {
      HERE.put(name, here);
    }
  }

  static {
    // ---- axes
    written("`x'` exchanges the last two axes; `rearrange(x, \"a b c -> b a c\")` brings axes into any order",
        "transpose", "permute", "swapaxes", "moveaxis", "movedim");
    written("`reshape(x, sizes...)`",                        "ravel", "view_as");
    written("`*` as an index makes an axis that stretches: `x[:, *]`",
        "unsqueeze", "expand_dims", "newaxis", "tile", "broadcast", "broadcast_to");
    written("an index takes an axis away: `x[0]`, `x[.., 0]`", "squeeze");
    written("`concat(x, y, axis = 0)`",                      "concatenate", "cat", "hstack", "vstack", "append");
    written("`reverse(x, axis = -1)`",                       "flip", "fliplr", "flipud");
    written("`size(x, axis)` is the number of elements along an axis, `size(x)` that of all", "shape", "numel");
    written("`extend(x, axis, before, after)`",              "pad");

    // ---- products
    written("`a @ b`; other sums of products are `einsum(\"ij,jk->ik\", a, b)`",
        "matmul", "dot", "mm", "bmm", "mv", "tensordot");

    // ---- numbers
    written("a number goes with any shape: `0`, `1`; where a shape is needed, declare it: `state s: f32[n] = 0`",
        "zeros", "ones", "full", "zeros_like", "ones_like", "full_like");
    written("`iota(n)` is 0, 1, .. up to n - 1",             "arange", "linspace");
    written("`f32(iota(n)[:, *] == iota(n))`",               "eye", "identity");
    written("`f32(x)` or `f64(x)`",                          "float", "double", "astype", "cast");
    written("`i32(x)`",                                      "int");

    // ---- elementwise
    written("`x^y`",                                         "pow", "power", "square", "cbrt");
    written("`1 / sqrt(x)`",                                 "rsqrt");
    written("`log(x) / log(2)`, and so for other bases",     "log2", "log10");
    written("`exp(x * log(2))`",                             "exp2");
    written("`sin(x) / cos(x)`",                             "tan");
    written("`(exp(x) - exp(-x)) / 2`",                      "sinh");
    written("`(exp(x) + exp(-x)) / 2`",                      "cosh");
    written("`-floor(-x)`",                                  "ceil");
    written("`floor(x + 0.5)`",                              "round", "rint");
    written("`x // y` rounds down, `x % y` is what is left",  "mod", "fmod", "floor_divide");
    written("`max(x, y)`; the greatest along axes is `amax(x, axis)`", "maximum", "fmax");
    written("`min(x, y)`; the least along axes is `amin(x, axis)`",    "minimum", "fmin");
    written("`clip(x, lo, hi)`",                             "clamp", "clip_by_value");
    written("`x != x` is true for NaN only",                 "isnan", "is_nan");
    written("`a and b`, `a or b`, `not a`",                  "logical_and", "logical_or", "logical_not");
    written("`where(c, x, y)`",                              "select", "cond", "ifelse", "masked_fill");
    written("`silu(x)`",                                     "swish");
    written("`-softplus(-x)`",                               "logsigmoid", "log_sigmoid");
    written("`1 - erf(x)`",                                  "erfc");

    // ---- over axes
    written("`variance(x, axis)`",                           "var");
    written("`sqrt(variance(x, axis))`",                     "std", "stddev");
    written("`amax(x, axis)`",                               "reduce_max");
    written("`amin(x, axis)`",                               "reduce_min");
    written("`sum(x, axis)`",                                "reduce_sum", "nansum");
    written("`mean(x, axis)`",                               "reduce_mean", "average", "avg");
    written("`sqrt(sum(x^2))`",                              "norm");
    written("`amax(f32(c), axis) > 0`",                      "any");
    written("a loop: `for i in n with s = 0.0 { s <- s + x[i]; s }`", "cumsum", "cumprod");
    written("`argsort(x)` gives positions; an `i32` tensor as an index takes them: `x[argsort(x)]`", "sort", "topk", "top_k");

    // ---- positions
    written("an `i32` tensor as an index gathers: `x[i]`; `pick(x, i)` takes one element of each row",
        "gather", "take_along_axis", "index_select", "gather_nd");

    // ---- learning
    written("`dense(n)`",                                    "linear", "fully_connected");
    written("`cross_entropy(logits, label)`",
        "nll_loss", "crossentropyloss", "softmax_cross_entropy", "sparse_categorical_crossentropy");
    written("`mse(a, b)`",                                   "mse_loss", "mean_squared_error");
    written("`bce(logit, y)`",                               "binary_cross_entropy", "bce_with_logits");
    written("`grad(y, x)` is the derivative of the number y by the name x",
        "backward", "gradient", "gradients", "value_and_grad", "autograd", "derivative");
    written("`stop_gradient(x)`",                            "detach", "no_grad");
    written("a draw: `z ~ normal()` or `z ~ normal(mu, sigma)`", "randn", "random_normal");
    written("a draw: `z ~ uniform(low, high)`",              "rand", "random_uniform");
    written("a draw: `i ~ categorical(logits)`",             "multinomial");
    written("`dlx run FILE NAME` prints a value",            "print", "println");
  }

  static Collection<String> names() {
    return HERE.keySet();
  }

  /** All that is said, for the test that looks whether it is there. */
  static Collection<String> all() {
    return HERE.values();
  }

  /** How it is written here; null if the name is unknown. Case does not count. */
  static @Nullable String help(String name) {
    return HERE.get(name.toLowerCase(Locale.ROOT));
  }
}
