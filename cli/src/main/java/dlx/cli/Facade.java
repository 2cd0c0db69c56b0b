package dlx.cli;

import static java.lang.classfile.ClassFile.ACC_FINAL;
import static java.lang.classfile.ClassFile.ACC_PRIVATE;
import static java.lang.classfile.ClassFile.ACC_PUBLIC;

import dlx.elaborate.Program;
import dlx.runtime.CompiledModel;
import dlx.runtime.DType;
import dlx.runtime.ModelFile;
import dlx.runtime.Tensor;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The class of a compiled model: a constructor from a seed, a method for each entry and step, and
 * {@code model()} for parameters by their paths. Arguments that are single numbers are numbers of
 * Java; those with a default may be left out together.
 *
 * @param className with its package
 * @param methods the signatures, as told to the user
 */
record Facade(String className, byte[] bytes, List<String> methods) {
  /** The ending of the model beside the class. */
  static final String ENDING = ".dlxc";

  private static final ClassDesc MODEL = CompiledModel.class.describeConstable().orElseThrow();
  private static final ClassDesc TENSOR = Tensor.class.describeConstable().orElseThrow();
  private static final ClassDesc LIST = ConstantDescs.CD_List;
  private static final ClassDesc STRINGS = ConstantDescs.CD_String.arrayType();
  private static final ClassDesc OBJECTS = ConstantDescs.CD_Object.arrayType();

  /** Methods that every class has. */
  private static final Set<String> TAKEN =
      Set.of("model", "getClass", "hashCode", "equals", "toString", "notify", "notifyAll", "wait");

  /** The path of the class without its ending. */
  String path() {
    return className.replace('.', '/');
  }

  /** A parameter of a method. */
  private record Parameter(String name, DType dtype, boolean single, boolean hasDefault) {
    ClassDesc type() {
      if (!single) return TENSOR;
      return switch (dtype) {
        case F32 -> ConstantDescs.CD_float;
        case F64 -> ConstantDescs.CD_double;
        case I32 -> ConstantDescs.CD_int;
        case BOOL -> ConstantDescs.CD_boolean;
      };
    }

    ClassDesc box() {
      return switch (dtype) {
        case F32 -> ConstantDescs.CD_Float;
        case F64 -> ConstantDescs.CD_Double;
        case I32 -> ConstantDescs.CD_Integer;
        case BOOL -> ConstantDescs.CD_Boolean;
      };
    }
  }

  static Facade of(
      Program program,
      ModelFile file,
      String packageName,
      List<String> entries,
      List<String> steps) {
    String simple = simpleName(program.name());
    ClassDesc self = ClassDesc.of(packageName, simple);
    List<String> methods = new ArrayList<>();
    byte[] bytes =
        ClassFile.of()
            .build(
                self,
                builder -> {
                  builder.withFlags(ACC_PUBLIC | ACC_FINAL);
                  builder.withField("model", MODEL, ACC_PRIVATE | ACC_FINAL);
                  constructors(builder, self, simple + ENDING);
                  accessor(builder, self);
                  for (ModelFile.Part part : file.parts()) {
                    if (entries.contains(part.name()) || steps.contains(part.name())) {
                      methods(builder, self, program, part, methods);
                    }
                  }
                });
    return new Facade(packageName + "." + simple, bytes, methods);
  }

  /** {@code two_layer.dlx} becomes {@code TwoLayer}. */
  private static String simpleName(String file) {
    String stem = java.nio.file.Path.of(file).getFileName().toString().replaceFirst("\\.dlx$", "");
    StringBuilder name = new StringBuilder();
    for (String word : stem.split("[^\\p{L}\\p{Nd}]+", -1)) {
      if (word.isEmpty()) continue;
      int first = word.codePointAt(0);
      name.appendCodePoint(Character.toUpperCase(first));
      name.append(word.substring(Character.charCount(first)));
    }
    boolean startsWell = !name.isEmpty() && Character.isJavaIdentifierStart(name.codePointAt(0));
    return startsWell ? name.toString() : "Model" + name;
  }

  private static void constructors(ClassBuilder builder, ClassDesc self, String resource) {
    MethodTypeDesc seeded = MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_long);
    MethodTypeDesc load =
        MethodTypeDesc.of(
            MODEL, ConstantDescs.CD_Class, ConstantDescs.CD_String, ConstantDescs.CD_long);
    builder.withMethodBody(
        "<init>",
        ConstantDescs.MTD_void,
        ACC_PUBLIC,
        code -> code.aload(0).lconst_0().invokespecial(self, "<init>", seeded).return_());
    builder.withMethodBody(
        "<init>",
        seeded,
        ACC_PUBLIC,
        code ->
            code.aload(0)
                .invokespecial(ConstantDescs.CD_Object, "<init>", ConstantDescs.MTD_void)
                .aload(0)
                .loadConstant(self)
                .loadConstant(resource)
                .lload(1)
                .invokestatic(MODEL, "of", load)
                .putfield(self, "model", MODEL)
                .return_());
  }

  private static void accessor(ClassBuilder builder, ClassDesc self) {
    builder.withMethodBody(
        "model",
        MethodTypeDesc.of(MODEL),
        ACC_PUBLIC,
        code -> code.aload(0).getfield(self, "model", MODEL).areturn());
  }

  private static void methods(
      ClassBuilder builder,
      ClassDesc self,
      Program program,
      ModelFile.Part part,
      List<String> signatures) {
    List<Parameter> all = parameters(program, part);
    method(builder, self, part, all, signatures);
    List<Parameter> needed = all.stream().filter(p -> !p.hasDefault).toList();
    if (needed.size() < all.size()) method(builder, self, part, needed, signatures);
  }

  /** What the part takes, in the order of the file. */
  private static List<Parameter> parameters(Program program, ModelFile.Part part) {
    List<Program.Argument> declared = new ArrayList<>(program.inputs());
    program.steps().stream()
        .filter(s -> s.name().equals(part.name()))
        .forEach(s -> declared.addAll(s.arguments()));
    Set<String> taken =
        part.program().arguments().stream()
            .map(dlx.runtime.Program.Variable::name)
            .collect(java.util.stream.Collectors.toSet());
    List<Parameter> parameters = new ArrayList<>();
    for (Program.Argument argument : declared) {
      if (!taken.contains(argument.name())) continue;
      boolean single = argument.type().type().isScalar();
      Program.Default standard = argument.value();
      parameters.add(
          new Parameter(
              argument.name(),
              argument.type().type().dtype(),
              single,
              single && standard != null && standard.number() != null));
    }
    return parameters;
  }

  private static void method(
      ClassBuilder builder,
      ClassDesc self,
      ModelFile.Part part,
      List<Parameter> parameters,
      List<String> signatures) {
    int results = part.program().outputs().size();
    ClassDesc returned = results == 0 ? ConstantDescs.CD_void : results == 1 ? TENSOR : LIST;
    String name = TAKEN.contains(part.name()) ? part.name() + "_" : part.name();
    List<ClassDesc> types = parameters.stream().map(Parameter::type).toList();
    builder.withMethodBody(
        name,
        MethodTypeDesc.of(returned, types),
        ACC_PUBLIC,
        code -> body(code, self, part.name(), parameters, results));
    List<String> shown = new ArrayList<>();
    for (Parameter p : parameters) shown.add(p.type().displayName() + " " + p.name);
    signatures.add(name + "(" + String.join(", ", shown) + ")");
  }

  private static void body(
      CodeBuilder code, ClassDesc self, String part, List<Parameter> parameters, int results) {
    code.aload(0).getfield(self, "model", MODEL).loadConstant(part);
    code.loadConstant(parameters.size()).anewarray(ConstantDescs.CD_String);
    for (int i = 0; i < parameters.size(); i++) {
      code.dup().loadConstant(i).loadConstant(parameters.get(i).name).aastore();
    }
    code.loadConstant(parameters.size()).anewarray(ConstantDescs.CD_Object);
    for (int i = 0; i < parameters.size(); i++) {
      Parameter p = parameters.get(i);
      code.dup().loadConstant(i);
      code.loadLocal(TypeKind.from(p.type()), code.parameterSlot(i));
      if (p.single) {
        code.invokestatic(p.box(), "valueOf", MethodTypeDesc.of(p.box(), p.type()));
      }
      code.aastore();
    }
    code.invokevirtual(
        MODEL, "call", MethodTypeDesc.of(LIST, ConstantDescs.CD_String, STRINGS, OBJECTS));
    if (results == 0) {
      code.pop().return_();
    } else if (results == 1) {
      code.invokeinterface(LIST, "getFirst", MethodTypeDesc.of(ConstantDescs.CD_Object));
      code.checkcast(TENSOR).areturn();
    } else {
      code.areturn();
    }
  }
}
