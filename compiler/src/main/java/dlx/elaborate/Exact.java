package dlx.elaborate;

import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * A number known at compile time: a fraction as long as it is a reasonably short one, otherwise
 * f64. Rounded once, where it meets a type.
 */
final class Exact implements Comparable<Exact> {
  /** Fractions with more bits than this go on as f64. */
  private static final int BITS = 2048;

  /** Numbers of so many digits and zeros at most are kept as they are written. */
  private static final int MOST_DIGITS = 400;

  /** Numbers with so few digits fit into a long. */
  private static final int SHORT = 18;

  static final Exact ZERO = of(0);
  static final Exact ONE = of(1);

  private final BigInteger numerator;
  private final BigInteger denominator;
  private final double real;

  private Exact(BigInteger numerator, BigInteger denominator, double real) {
    this.numerator = numerator;
    this.denominator = denominator;
    this.real = real;
  }

  static Exact of(long value) {
    return fraction(BigInteger.valueOf(value), BigInteger.ONE);
  }

  /** An f64; infinities and NaN too. */
  static Exact of(double value) {
    return new Exact(null, null, value);
  }

  /** A number as written in the language: digits, perhaps a point, perhaps an exponent. */
  static Exact parse(String text) {
    int e = Math.max(text.indexOf('e'), text.indexOf('E'));
    String mantissa = e < 0 ? text : text.substring(0, e);
    int point = mantissa.indexOf('.');
    String digits =
        point < 0 ? mantissa : mantissa.substring(0, point) + mantissa.substring(point + 1);
    int places = point < 0 ? 0 : mantissa.length() - point - 1;
    long exponent = (e < 0 ? 0 : exponent(text.substring(e + 1))) - places;
    if (digits.length() + Math.abs(exponent) > MOST_DIGITS) {
      return of(Double.parseDouble(text));
    }
    BigInteger whole =
        digits.length() <= SHORT
            ? BigInteger.valueOf(Long.parseLong(digits))
            : new BigInteger(digits);
    BigInteger power = BigInteger.TEN.pow((int) Math.abs(exponent));
    return exponent < 0 ? fraction(whole, power) : fraction(whole.multiply(power), BigInteger.ONE);
  }

  /** One that is out of all ranges stays so. */
  private static long exponent(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException tooLong) {
      return text.startsWith("-") ? Integer.MIN_VALUE : Integer.MAX_VALUE;
    }
  }

  private static Exact fraction(BigInteger n, BigInteger d) {
    BigInteger divisor = n.gcd(d).multiply(BigInteger.valueOf(d.signum()));
    BigInteger numerator = n.divide(divisor);
    BigInteger denominator = d.divide(divisor);
    boolean small = numerator.bitLength() < BITS && denominator.bitLength() < BITS;
    double real = quotient(numerator, denominator);
    return small ? new Exact(numerator, denominator, real) : of(real);
  }

  private static double quotient(BigInteger n, BigInteger d) {
    if (d.equals(BigInteger.ONE)) {
      return n.doubleValue();
    }
    if (n.bitLength() <= 53 && d.bitLength() <= 53) {
      return n.doubleValue() / d.doubleValue();
    }
    return new BigDecimal(n).divide(new BigDecimal(d), new java.math.MathContext(40)).doubleValue();
  }

  private boolean fractions(Exact other) {
    return numerator != null && other.numerator != null;
  }

  Exact plus(Exact other) {
    return fractions(other)
        ? fraction(
            numerator.multiply(other.denominator).add(other.numerator.multiply(denominator)),
            denominator.multiply(other.denominator))
        : of(real + other.real);
  }

  Exact negate() {
    return numerator == null || numerator.signum() == 0
        ? of(-real)
        : new Exact(numerator.negate(), denominator, -real);
  }

  Exact minus(Exact other) {
    return fractions(other)
        ? plus(new Exact(other.numerator.negate(), other.denominator, -other.real))
        : of(real - other.real);
  }

  Exact times(Exact other) {
    return fractions(other)
        ? fraction(numerator.multiply(other.numerator), denominator.multiply(other.denominator))
        : of(real * other.real);
  }

  Exact over(Exact other) {
    return fractions(other) && other.numerator.signum() != 0
        ? fraction(numerator.multiply(other.denominator), denominator.multiply(other.numerator))
        : of(real / other.real);
  }

  /** The greatest whole number that is not greater. */
  Exact floor() {
    if (numerator == null) {
      return of(Math.floor(real));
    }
    BigInteger[] parts = numerator.divideAndRemainder(denominator);
    return fraction(
        parts[1].signum() < 0 ? parts[0].subtract(BigInteger.ONE) : parts[0], BigInteger.ONE);
  }

  Exact power(Exact exponent) {
    if (fractions(exponent) && exponent.isWhole() && exponent.numerator.bitLength() < 12) {
      int n = exponent.numerator.intValue();
      boolean fits =
          Math.abs((long) n) * Math.max(numerator.bitLength(), denominator.bitLength()) < BITS;
      if (fits && (n >= 0 || numerator.signum() != 0)) {
        Exact positive = fraction(numerator.pow(Math.abs(n)), denominator.pow(Math.abs(n)));
        return n >= 0 ? positive : ONE.over(positive);
      }
    }
    return of(Math.pow(real, exponent.real));
  }

  boolean isWhole() {
    return numerator != null && denominator.equals(BigInteger.ONE);
  }

  boolean isLong() {
    return isWhole() && numerator.bitLength() < 63;
  }

  boolean isInt() {
    return isWhole() && numerator.bitLength() < 32;
  }

  long toLong() {
    return numerator.longValueExact();
  }

  double toDouble() {
    return real;
  }

  @Override
  public int compareTo(Exact other) {
    return fractions(other)
        ? numerator.multiply(other.denominator).compareTo(other.numerator.multiply(denominator))
        : Double.compare(real, other.real);
  }

  /** As numbers: NaN differs from itself, -0 is 0. */
  boolean same(Exact other) {
    return fractions(other) ? compareTo(other) == 0 : real == other.real;
  }

  @Override
  public String toString() {
    return isWhole() ? numerator.toString() : Double.toString(real);
  }
}
