package dlx.simplify;

/** What a rule keeps. */
public enum Tier {
  /** Every bit of every element type: NaN, infinities and the sign of zero included. */
  EXACT,
  /** Every bit of i32 arithmetic, which wraps around; not for other types. */
  WHOLE,
  /**
   * The real number that the expression stands for, where it is one. A NaN or an infinity may only
   * go where the new form is the right limit, as for softplus(1000).
   */
  REAL
}
