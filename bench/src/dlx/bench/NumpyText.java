package dlx.bench;

/** What texts for NumPy have in common, and the longer ones. */
final class NumpyText {
  private NumpyText() {}

  /** {@code adam(p, g)} for all parameters, as one loop over arrays each, without new memory. */
  static final String ADAM =
      """
      rate = np.float32(1e-6)
      b1 = np.float32(0.9)
      b2 = np.float32(0.999)
      c1 = np.float32(1 - 0.9)
      c2 = np.float32(1 - 0.999)
      eps = 1e-8
      turn = [0]
      kept = {}

      def adam(names, ps, gs):
        turn[0] += 1
        t = turn[0]
        scale = np.float32(1e-6 * (1 - 0.999 ** t) ** 0.5 / (1 - 0.9 ** t))
        small = np.float32(eps * (1 - 0.999 ** t) ** 0.5)
        for name, p, g in zip(names, ps, gs):
          if name not in kept:
            kept[name] = (np.zeros_like(p), np.zeros_like(p), np.empty_like(p))
          m, v, s = kept[name]
          np.multiply(m, b1, out=m)
          np.multiply(g, c1, out=s)
          np.add(m, s, out=m)
          np.multiply(v, b2, out=v)
          np.multiply(g, g, out=s)
          np.multiply(s, c2, out=s)
          np.add(v, s, out=v)
          np.sqrt(v, out=s)
          np.add(s, small, out=s)
          np.divide(m, s, out=s)
          np.multiply(s, scale, out=s)
          np.subtract(p, s, out=p)

      """;

  static final String MNIST =
      """
      h = np.empty((64, 128), np.float32)
      g1 = np.empty((784, 128), np.float32)
      rows = np.arange(64)
      scale = np.float32(1 / 64)

      def step(image, label, w1, b1_, w2, b2_):
        np.matmul(image, w1, out=h)
        np.add(h, b1_, out=h)
        np.maximum(h, 0, out=h)
        z = h @ w2
        z += b2_
        z -= z.max(1, keepdims=True)
        e = np.exp(z)
        s = e.sum(1, keepdims=True)
        loss = (np.log(s[:, 0]) - z[rows, label]).mean()
        e /= s
        e[rows, label] -= 1
        e *= scale
        g2 = h.T @ e
        gh = e @ w2.T
        gh *= h > 0
        np.matmul(image.T, gh, out=g1)
        adam("abcd", (w1, b1_, w2, b2_), (g1, gh.sum(0), g2, e.sum(0)))
        return loss
      """;
}
