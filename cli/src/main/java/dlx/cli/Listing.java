package dlx.cli;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Instruction;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.IncrementInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.classfile.instruction.LineNumber;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.lang.classfile.instruction.TableSwitchInstruction;
import java.lang.classfile.instruction.TypeCheckInstruction;
import java.util.HashMap;
import java.util.Map;

/** The bytecode of a generated class as text, an instruction a line, for {@code --emit asm}. */
final class Listing {
  private final Map<Label, Integer> labels = new HashMap<>();
  private final StringBuilder text = new StringBuilder();

  private Listing() {}

  static String of(byte[] bytes) {
    ClassModel model = ClassFile.of().parse(bytes);
    StringBuilder text = new StringBuilder();
    text.append("class ").append(model.thisClass().asInternalName()).append('\n');
    for (MethodModel method : model.methods()) {
      text.append('\n').append(new Listing().method(method));
    }
    return text.toString();
  }

  private String method(MethodModel method) {
    text.append(method.methodName().stringValue());
    text.append(method.methodType().stringValue()).append('\n');
    method.code().ifPresent(code -> code.forEach(this::element));
    return text.toString();
  }

  private void element(CodeElement element) {
    switch (element) {
      case LineNumber line -> text.append("  # line ").append(line.line()).append('\n');
      case LabelTarget target -> text.append(name(target.label())).append(":\n");
      case Instruction i ->
          text.append("  ").append((i.opcode() + " " + operands(i)).strip()).append('\n');
      default -> {} // tables of the debugger
    }
  }

  private String operands(Instruction instruction) {
    return switch (instruction) {
      case BranchInstruction b -> name(b.target());
      case ConstantInstruction c -> String.valueOf(c.constantValue());
      case FieldInstruction f ->
          f.owner().asInternalName() + "." + f.name().stringValue() + " " + f.type().stringValue();
      case InvokeInstruction i ->
          i.owner().asInternalName() + "." + i.name().stringValue() + i.type().stringValue();
      case LoadInstruction l -> String.valueOf(l.slot());
      case StoreInstruction s -> String.valueOf(s.slot());
      case IncrementInstruction i -> i.slot() + " " + i.constant();
      case NewObjectInstruction n -> n.className().asInternalName();
      case TypeCheckInstruction t -> t.type().asInternalName();
      case TableSwitchInstruction t -> {
        StringBuilder cases = new StringBuilder();
        t.cases().forEach(c -> cases.append(c.caseValue() + " " + name(c.target()) + ", "));
        yield cases + "else " + name(t.defaultTarget());
      }
      default -> "";
    };
  }

  private String name(Label label) {
    return "L" + labels.computeIfAbsent(label, l -> labels.size());
  }
}
