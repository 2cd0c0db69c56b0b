package dlx.runtime;

/** What one thread uses inside one kernel. */
public final class Scratch {
  /**
   * What the method of the kernel works on: numbers of buffers, extents and draws of the {@link
   * Frame}, in the order in which the method wants them.
   */
  public int[] operands = {};

  /** The part of the second axis that the kernel does, if threads may share one. */
  public int begin;

  public int end;

  /** Room for the lanes of a vector. */
  public final float[] f32 = new float[256];

  public final double[] f64 = new double[256];
  public final int[] i32 = new int[256];

  /** Room for a packed panel; grows and stays. */
  public float[] panel32 = new float[0];

  public double[] panel64 = new double[0];

  /** A panel of at least this many elements, with what it had or anything else in it. */
  public float[] panel32(int size) {
    if (panel32.length < size) {
      panel32 = new float[size];
    }
    return panel32;
  }

  public double[] panel64(int size) {
    if (panel64.length < size) {
      panel64 = new double[size];
    }
    return panel64;
  }

  private float[] sums32 = new float[0];
  private double[] sums64 = new double[0];

  /**
   * Room for the sums of a part of a product; at least this many elements, with anything in them.
   */
  public float[] sums32(int size) {
    if (sums32.length < size) {
      sums32 = new float[size];
    }
    return sums32;
  }

  public double[] sums64(int size) {
    if (sums64.length < size) {
      sums64 = new double[size];
    }
    return sums64;
  }

  private int[] positions = new int[0];
  private int[] otherPositions = new int[0];

  /** At least this many ints, with anything in them. */
  int[] positions(int size) {
    if (positions.length < size) {
      positions = new int[size];
    }
    return positions;
  }

  int[] otherPositions(int size) {
    if (otherPositions.length < size) {
      otherPositions = new int[size];
    }
    return otherPositions;
  }
}
