package dlx.emit;

import java.util.LinkedHashMap;
import java.util.Map;
import org.objectweb.asm.ClassReader;

/** The bytes of bytecode of every method of a class, read from its Code attributes. */
public final class MethodSizes {
  private MethodSizes() {}

  /** Bytes by method name. */
  public static Map<String, Integer> of(byte[] bytes) {
    ClassReader reader = new ClassReader(bytes);
    char[] buffer = new char[reader.getMaxStringLength()];
    Map<String, Integer> sizes = new LinkedHashMap<>();
    // access flags, this, super: 6 bytes, then interfaces (JVM specification, 4.1)
    int at = reader.header + 6;
    at += 2 + 2 * reader.readUnsignedShort(at);
    int fields = reader.readUnsignedShort(at);
    at += 2;
    for (int i = 0; i < fields; i++) {
      at = skipMember(reader, at);
    }
    int methods = reader.readUnsignedShort(at);
    at += 2;
    for (int i = 0; i < methods; i++) {
      String name = reader.readUTF8(at + 2, buffer);
      int attributes = reader.readUnsignedShort(at + 6);
      int attribute = at + 8;
      for (int j = 0; j < attributes; j++) {
        if (reader.readUTF8(attribute, buffer).equals("Code")) {
          sizes.put(name, reader.readInt(attribute + 10));
        }
        attribute += 6 + reader.readInt(attribute + 2);
      }
      at = skipMember(reader, at);
    }
    return sizes;
  }

  private static int skipMember(ClassReader reader, int member) {
    int attributes = reader.readUnsignedShort(member + 6);
    int at = member + 8;
    for (int i = 0; i < attributes; i++) {
      at += 6 + reader.readInt(at + 2);
    }
    return at;
  }
}
