package dlx.bench;

import dlx.runtime.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Whether two libraries computed the same. */
final class Compare {
  private Compare() {}

  /** What differs, with numbers; null if nothing does. */
  static @Nullable String difference(
      List<Tensor> ours, List<Tensor> theirs, String who, double tolerance) {
    if (ours.size() != theirs.size()) {
      return "dlx has " + ours.size() + " results, " + who + " has " + theirs.size();
    }
    for (int i = 0; i < ours.size(); i++) {
      Tensor left = ours.get(i);
      Tensor right = theirs.get(i);
      if (left.size() != right.size()) {
        return String.format(
            "result %d: dlx has the shape %s, %s %s",
            i, Arrays.toString(left.shape()), who, Arrays.toString(right.shape()));
      }
      double greatest = 0;
      for (int j = 0; j < left.size(); j++) greatest = Math.max(greatest, Math.abs(right.get(j)));
      for (int j = 0; j < left.size(); j++) {
        double a = left.get(j);
        double b = right.get(j);
        if (!(Math.abs(a - b) <= tolerance * greatest)) {
          return String.format(
              Locale.ROOT,
              "result %d, element %d: dlx %.9g, %s %.9g; the greatest magnitude is %.3g, allowed is"
                  + " %.1g of it",
              i,
              j,
              a,
              who,
              b,
              greatest,
              tolerance);
        }
      }
    }
    return null;
  }
}
