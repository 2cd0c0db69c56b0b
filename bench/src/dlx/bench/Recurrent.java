package dlx.bench;

import dlx.runtime.DType;
import dlx.runtime.Tensor;

/** Long short-term memory: a step of training over a text, and one cell with its gradient. */
final class Recurrent {
  private static final double RATE = 1e-6;

  private Recurrent() {}

  static void addTo(Workloads table) {
    table.add("char_rnn step, adam", Recurrent::characters);
    for (int batch : new int[] {1, 32}) {
      table.add(
          "LSTM cell 128, batch " + batch,
          w ->
              cell(w, batch, false)
                  .torch(
                      """
                      def step(x, h0, c0, wx, wh, b, none):
                        h, c = torch.lstm_cell(x, [h0, c0], wx, wh, b, none)
                        return [h, c]
                      """));
      table.add(
          "LSTM cell 128 with gradient, batch " + batch,
          w ->
              cell(w, batch, true)
                  .torch(
                      """
                      def step(x, h0, c0, wx, wh, b, gh, gc, none):
                        x = x.detach().requires_grad_(True)
                        h0 = h0.detach().requires_grad_(True)
                        c0 = c0.detach().requires_grad_(True)
                        wx = wx.detach().requires_grad_(True)
                        wh = wh.detach().requires_grad_(True)
                        b = b.detach().requires_grad_(True)
                        h, c = torch.lstm_cell(x, [h0, c0], wx, wh, b, none)
                        all = [h.detach(), c.detach()]
                        up: List[Optional[Tensor]] = [gh, gc]
                        for each in torch.autograd.grad([h, c], [x, h0, c0, wx, wh, b], up):
                          assert each is not None
                          all.append(each)
                        return all
                      """));
    }
  }

  /** The sizes of examples/char_rnn.dlx on the text that it is tested with. */
  private static void characters(Workload w) {
    Random random = new Random(51);
    int time = 50;
    int batch = 50;
    int vocabulary = 65;
    int wide = 64;
    int hidden = 256;
    double positions = time * batch;
    double parameters =
        vocabulary * wide + 4 * hidden * (wide + hidden + 1) + (hidden + 1) * vocabulary;
    double products = 4 * hidden * hidden + hidden * vocabulary;
    double table = (double) vocabulary * wide * 4 * hidden;
    w.program("char_rnn.dlx")
        .step("train")
        .warm(1)
        .work(
            3 * 2 * (positions * products + table), 4 * (6 * parameters + 12 * positions * hidden))
        .input("text", random.whole(vocabulary, time, batch))
        .input("next", random.whole(vocabulary, time, batch))
        .input("h0", random.normal(0.5, batch, hidden))
        .input("c0", random.normal(0.5, batch, hidden))
        .parameter("embed", random.normal(1, vocabulary, wide))
        .parameter("wx", random.normal(0.07, 4 * hidden, wide))
        .parameter("wh", random.normal(0.05, 4 * hidden, hidden))
        .parameter("b", random.normal(0.05, 4 * hidden))
        .parameter("w", random.normal(0.08, hidden, vocabulary))
        .parameter("bias", random.normal(0.05, vocabulary))
        .setting("rate", RATE)
        .torchState("none", Tensor.zeros(DType.F32, 4 * hidden));
    w.torch(
        TorchText.step(
            w,
            """
            x = torch.embedding(embed, text)
            first = [h0.unsqueeze(0), c0.unsqueeze(0)]
            hs, h, c = torch.lstm(x, first, [wx, wh, b, none], True, 1, 0.0, True, False, False)
            logits = torch.addmm(bias, hs.view(-1, %d), w)
            loss = torch.cross_entropy_loss(logits, next.view(-1))
            """
                .formatted(hidden),
            "torch._foreach_clamp_min_(g, -5)\ntorch._foreach_clamp_max_(g, 5)\n"
                + TorchText.adam(w, RATE)));
  }

  private static Workload cell(Workload w, int batch, boolean gradient) {
    Random random = new Random(52);
    int n = 128;
    double product = 2.0 * batch * 2 * n * 4 * n;
    double weights = 4 * n * (2 * n + 1);
    w.program("lstm_cell.dlx")
        .entry(
            gradient
                ? new String[] {"h", "c", "dx", "dh", "dc", "dwx", "dwh", "db"}
                : new String[] {"h", "c"})
        .work(gradient ? 3 * product : product, 4 * (gradient ? 3 * weights : weights))
        .input("x", random.normal(1, batch, n))
        .input("h0", random.normal(0.5, batch, n))
        .input("c0", random.normal(0.5, batch, n))
        .input("wx", random.normal(0.09, 4 * n, n))
        .input("wh", random.normal(0.09, 4 * n, n))
        .input("b", random.normal(0.1, 4 * n));
    if (gradient) {
      w.input("gh", random.normal(1, batch, n)).input("gc", random.normal(1, batch, n));
    }
    return w.torchState("none", Tensor.zeros(DType.F32, 4 * n));
  }
}
