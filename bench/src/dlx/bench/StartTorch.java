package dlx.bench;

/** Trains the digit network with libtorch for a number of steps and ends: see {@link Start}. */
final class StartTorch {
  private StartTorch() {}

  static void main(String[] arguments) {
    Torch.threads(Integer.parseInt(System.getenv().getOrDefault("OMP_NUM_THREADS", "1")));
    Workload workload = new Workload("start");
    Networks.mnist(workload);
    Torch side = new Torch(workload, workload.torch.getFirst());
    side.run(Integer.parseInt(arguments[0]));
    if (!Float.isFinite(side.results().getFirst().f32())) System.exit(1);
    Runtime.getRuntime().halt(0);
  }
}
