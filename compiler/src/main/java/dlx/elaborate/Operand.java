package dlx.elaborate;

import dlx.source.Span;

/** A value and where it stands. */
record Operand(Value value, Span span) {}
