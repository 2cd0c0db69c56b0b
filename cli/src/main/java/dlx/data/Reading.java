package dlx.data;

/**
 * What the user chose about reading.
 *
 * @param bytes what the bytes of pictures become
 * @param fit what is done with pictures of another size than declared
 */
public record Reading(Csv.Options tables, Bytes bytes, Fit fit) {
  public static final Reading DEFAULT = new Reading(Csv.Options.DEFAULT, Bytes.UNIT, Fit.REFUSE);

  /** What unsigned bytes become where a float input takes pictures. */
  public enum Bytes {
    /** From 0 to 1: divided by 255. */
    UNIT,
    /** From 0 to 255, as they are. */
    KEEP
  }

  /** What becomes of a picture of another size. */
  public enum Fit {
    /** An error. */
    REFUSE,
    /** Stretched. */
    RESIZE,
    /** Scaled until it covers what is wanted, and cut around its middle. */
    CROP
  }

  public Reading with(Csv.Options others) {
    return new Reading(others, bytes, fit);
  }
}
