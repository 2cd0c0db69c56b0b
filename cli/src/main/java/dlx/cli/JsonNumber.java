package dlx.cli;

/** Numbers for JSON, which has no word for NaN and the infinities. */
final class JsonNumber {
  private JsonNumber() {}

  /** A number in its shortest form, or {@code "nan"}, {@code "inf"}, {@code "-inf"}. */
  static Object of(double value) {
    if (Double.isNaN(value)) return "nan";
    if (Double.isInfinite(value)) return value > 0 ? "inf" : "-inf";
    return value;
  }

  /** To the digits of an f32, which is what is worth telling of a mean. */
  static Object rounded(double value) {
    Object number = of(value);
    return number instanceof Double && Math.abs(value) < 1e38
        ? (Object) Double.valueOf(Float.toString((float) value))
        : number;
  }
}
