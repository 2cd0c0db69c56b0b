package dlx.elaborate;

import dlx.ast.Ast;
import dlx.elaborate.Module.Declaration;
import dlx.elaborate.Value.Tensor;
import dlx.graph.Type;
import dlx.source.Diagnostic;
import dlx.source.Span;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Instances of layers, parameters and states, and the paths by which they are called. */
final class Layers {
  /** What is wrong with the type of a parameter because of the settings of its layer. */
  private static final Set<String> SETTINGS = Set.of("E0312", "E0606", "R0301");

  private final Elaboration elaboration;

  /** The call that fixed the shapes of an instance, by its path. */
  private final Map<String, Instance.Use> first = new HashMap<>();

  /** Instances that a function made, which therefore must not have parameters. */
  private final Set<String> inFunctions = new HashSet<>();

  Layers(Elaboration elaboration) {
    this.elaboration = elaboration;
  }

  // ------------------------------------------------------------------ instances

  /** An instance of a layer: by the name to which it is bound, or counted by kind. */
  Value make(Value.LayerKind kind, List<Calls.Given> given, Ast.Call call, Frame frame) {
    if (given.stream().anyMatch(g -> g.value() instanceof Value.Poison)) {
      return Value.POISON;
    }
    Ast.Layer layer = kind.layer();
    String name = layer.name().text();
    String path = frame.naming() == call ? frame.path() : frame.nextPath(name);
    while (!frame.shared().claimed.add(path)) {
      path = frame.nextPath(name);
    }
    Frame settings =
        new Frame(
            frame.world(),
            kind.module(),
            new Scope(null),
            Frame.Body.LAYER,
            path,
            path,
            frame.live(),
            frame.depth() + 1,
            new Frame.Shared(
                elaboration.calls.targets(layer, kind.module()), frame.shared().step, null, null),
            frame.turns(),
            null);
    elaboration.arguments.bind(name, layer.settings(), given, call.span(), layer, settings);
    if (frame.body() == Frame.Body.FUNCTION
        || frame.shared().instance != null && inFunctions.contains(frame.shared().instance.path)) {
      inFunctions.add(path);
    }
    Instance instance = new Instance(path, layer, kind.module(), settings.scope(), call.span());
    Instance inside = frame.shared().instance;
    instance.repeated =
        frame.turns() != null && frame.turns().body == frame.shared()
            || inside != null && inside.repeated;
    elaboration.instances.put(path, instance);
    return new Value.Made(instance);
  }

  /** A call of an instance. */
  Value call(Instance instance, List<Calls.Given> given, Span call, Frame caller) {
    Ast.Layer layer = instance.layer;
    List<Span> spans = given.stream().map(Calls.Given::span).toList();
    List<String> types = given.stream().map(g -> elaboration.tensors.describe(g.value())).toList();
    Instance.Use arguments = new Instance.Use(spans, types, call);
    String draws = caller.nextDraws(instance.kind());
    Frame frame =
        new Frame(
            caller.world(),
            instance.module,
            new Scope(instance.settings),
            Frame.Body.LAYER,
            instance.path,
            draws,
            caller.live(),
            caller.depth() + 1,
            new Frame.Shared(
                elaboration.calls.targets(layer, instance.module),
                caller.shared().step,
                instance,
                new Frame.Use(outermost(arguments, caller))),
            caller.turns(),
            null);
    World world = caller.world();
    Map<String, Tensor> before = new LinkedHashMap<>(world.memory.now);
    Value result =
        elaboration.calls.body(
            layer,
            instance.kind(),
            call,
            caller,
            instance.module,
            () -> {
              elaboration.arguments.bind(
                  instance.kind(), layer.parameters(), given, call, layer, frame);
              Value value = elaboration.statements.block(layer.body(), frame, false);
              return elaboration.calls.result(layer.result(), layer.body(), value, frame);
            });
    if (!world.threads) {
      world.memory.now.clear();
      world.memory.now.putAll(before);
    }
    first.putIfAbsent(instance.path, arguments);
    return result;
  }

  /** The call in the user's own text through which an instance inside a layer is reached. */
  private static Instance.Use outermost(Instance.Use arguments, Frame caller) {
    return caller.shared().use == null || caller.module().main
        ? arguments
        : caller.shared().use.arguments();
  }

  // ------------------------------------------------------------------ parameters and states

  /** A {@code param} or {@code state} of a layer. */
  void slot(Ast.Slot slot, Frame frame) {
    String name = slot.name().text();
    Instance instance = frame.shared().instance;
    if (instance == null && frame.body() != Frame.Body.TEST) {
      throw new Failure(
          Diagnostic.error(
                  "E0605",
                  "a `" + word(slot) + "` is declared at the top level of a file or in a layer")
              .at(slot.span())
              .help(
                  frame.body() == Frame.Body.FUNCTION
                      ? "make the function a `layer`: settings first, then data"
                      : "move it out of here"));
    }
    if (instance != null && inFunctions.contains(instance.path)) {
      throw new Failure(
          Diagnostic.error("E0208", "a function has no parameters of its own")
              .at(instance.made, "makes `" + name + "`")
              .help(
                  "make the function a `layer`, or make the instance at top level and use its"
                      + " name"));
    }
    if (instance != null && instance.repeated) {
      throw new Failure(
          Diagnostic.error("E0804", "this loop would make new parameters in every turn")
              .at(instance.made, "makes `" + name + "`")
              .help("make the layer before the loop, and use its name inside")
              .help("or write `unroll for`, so that every turn has its own"));
    }
    if (Builtins.isName(name)) {
      throw new Failure(Names.builtIn(name, slot.name().span()));
    }
    Slot made;
    try {
      Type type = elaboration.signatures.plainType(slot.type(), frame);
      List<Axis> axes = elaboration.signatures.axes((Ast.TensorType) slot.type(), frame);
      made = make(slot, Frame.join(frame.path(), name), type, axes, frame);
    } catch (Failure failure) {
      Diagnostic inner = failure.diagnostic();
      boolean settings =
          inner != null
              && instance != null
              && frame.module().main
              && SETTINGS.contains(inner.code());
      throw settings ? new Failure(inner.at(instance.made, "made here")) : failure;
    }
    frame
        .scope()
        .put(name, new Scope.Binding(Scope.Kind.SLOT, Value.POISON, slot.name().span(), made));
  }

  private static String word(Ast.Slot slot) {
    return slot.param() ? "param" : "state";
  }

  /** A {@code param} or {@code state} of the file. */
  Value fileSlot(Ast.Slot slot, Declaration declaration, World world) {
    Frame frame =
        elaboration.definitions.frame(declaration.module, world, declaration.name, slot, null);
    Type type = elaboration.signatures.plainType(slot.type(), frame);
    List<Axis> axes = elaboration.signatures.axes((Ast.TensorType) slot.type(), frame);
    Slot made = make(slot, declaration.name, type, axes, frame);
    elaboration.show(declaration.span, declaration.name, made.typeText());
    return world.begin(made);
  }

  private Slot make(Ast.Slot slot, String path, Type type, List<Axis> axes, Frame frame) {
    Slot before = elaboration.slots.get(path);
    if (before != null) {
      if (!before.type().equals(type)) {
        throw new Failure(differs(before, type, axes, frame));
      }
      return before;
    }
    for (Axis axis : axes) {
      if (slot.param() && !axis.extent().substitute(elaboration.fixed::get).isConstant()) {
        throw new Failure(
            Diagnostic.error(
                    "E0606", "the size of a parameter is known when the program is compiled")
                .at(
                    axis.origin() == Span.NONE ? slot.type().span() : axis.origin(),
                    "`" + axis + "` is known when it runs")
                .help("give the size a value: `dim " + axis + " = …`, or make it a `state`"));
      }
    }
    elaboration.tensors.bounded(axes, slot.type().span());
    Slot made =
        new Slot(
            slot.param(),
            path,
            type,
            axes,
            slot.drawn(),
            slot.value(),
            frame,
            frame.shared().step,
            slot.doc(),
            slot.name().span());
    elaboration.slots.put(path, made);
    if (elaboration.checking) {
      start(made, frame.world());
    }
    return made;
  }

  /** E0304: a second use with other sizes than the first. */
  private Diagnostic differs(Slot before, Type type, List<Axis> axes, Frame frame) {
    Instance instance = frame.shared().instance;
    int axis = 0;
    while (axis < axes.size() - 1
        && before.axes().size() == axes.size()
        && before.type().extent(axis).equals(type.extent(axis))) {
      axis++;
    }
    Instance.Use use = frame.shared().use == null ? null : frame.shared().use.arguments();
    Span span =
        use == null || use.spans().isEmpty()
            ? frame.shared().instance.made
            : use.spans().getFirst();
    boolean other = before.axes().size() != axes.size() || before.type().dtype() != type.dtype();
    Diagnostic error =
        Diagnostic.error(
                "E0304",
                other
                    ? "`" + instance.path + "` was made for another type, because of its first use"
                    : "`"
                        + instance.path
                        + "` takes "
                        + before.axes().get(axis)
                        + " features, because of its first use")
            .at(span, use == null || use.types().isEmpty() ? "" : use.types().getFirst());
    if (frame.shared().instance.made.source() == span.source()) {
      error = error.context(frame.shared().instance.made);
    }
    Instance.Use started = first.get(instance.path);
    if (started != null && !started.spans().isEmpty()) {
      error =
          error.at(
              started.spans().getFirst(),
              started.types().getFirst()
                  + " fixes `"
                  + before.path()
                  + ": "
                  + before.typeText()
                  + "`");
    }
    String made = instance.made.text();
    return error.help(
        "for separate weights make a second layer: `" + instance.path + "2 = " + made + "`");
  }

  /** The first value of a slot. */
  Tensor start(Slot slot, World world) {
    Frame origin = slot.frame();
    Frame frame =
        new Frame(
            world,
            origin.module(),
            origin.scope(),
            origin.body(),
            slot.path(),
            slot.path(),
            false,
            origin.depth(),
            origin.shared(),
            null,
            null);
    Value value =
        slot.drawn()
            ? elaboration.draws.draw(
                slot.start(), slot.type().dtype(), slot.axes(), slot.start().span(), frame)
            : elaboration.expressions.value(slot.start(), frame);
    Tensor tensor =
        elaboration.tensors.tensor(value, slot.type().dtype(), slot.start().span(), world);
    return elaboration.signatures.fit(
        tensor,
        slot.type().dtype(),
        slot.axes(),
        new Operand(value, slot.start().span()),
        slot.span(),
        "E0607",
        "`" + slot.path() + "` cannot start from a value of another type",
        world);
  }
}
