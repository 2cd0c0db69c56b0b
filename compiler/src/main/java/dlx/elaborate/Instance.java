package dlx.elaborate;

import dlx.ast.Ast;
import dlx.source.Span;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A layer with its settings, made once and called any number of times. */
final class Instance {
  /** A value that was given to a call: where and of what type. */
  record Use(List<Span> spans, List<String> types, Span call) {}

  final String path;
  final Ast.Layer layer;
  final Module module;

  /** The settings by name. */
  final Scope settings;

  final Span made;

  /** Whether every turn of a loop at run time makes it again: it has no parameters or states. */
  boolean repeated;

  /** The call that fixed the shapes of its parameters. */
  @Nullable Use first;

  Instance(String path, Ast.Layer layer, Module module, Scope settings, Span made) {
    this.path = path;
    this.layer = layer;
    this.module = module;
    this.settings = settings;
    this.made = made;
  }

  String kind() {
    return layer.name().text();
  }
}
