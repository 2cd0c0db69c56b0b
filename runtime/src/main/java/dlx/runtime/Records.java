package dlx.runtime;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;

/**
 * Records as bytes: components in their order, lists with their length before. The types say what
 * is read, so the bytes cannot make any other object.
 */
final class Records {
  private Records() {}

  static void write(DataOutputStream out, Type type, Object value) throws IOException {
    if (type instanceof ParameterizedType list) {
      List<?> elements = (List<?>) value;
      out.writeInt(elements.size());
      for (Object element : elements) write(out, list.getActualTypeArguments()[0], element);
      return;
    }
    Class<?> plain = (Class<?>) type;
    switch (value) {
      case Integer number -> out.writeInt(number);
      case Long number -> out.writeLong(number);
      case Double number -> out.writeDouble(number);
      case Boolean truth -> out.writeBoolean(truth);
      case Enum<?> constant -> out.writeInt(constant.ordinal());
      case String text -> bytes(out, text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
      case byte[] data -> bytes(out, data);
      case Record record -> {
        for (RecordComponent component : plain.getRecordComponents()) {
          write(out, component.getGenericType(), get(component, record));
        }
      }
      default -> throw new IllegalArgumentException("a " + type + " in a record");
    }
  }

  private static void bytes(DataOutputStream out, byte[] data) throws IOException {
    out.writeInt(data.length);
    out.write(data);
  }

  private static Object get(RecordComponent component, Record record) {
    try {
      return component.getAccessor().invoke(record);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("a record that hides " + component, e);
    }
  }

  /**
   * @throws IOException if the bytes end too early or say something impossible
   */
  static Object read(DataInputStream in, Type type) throws IOException {
    if (type instanceof ParameterizedType list) {
      int size = length(in);
      List<Object> elements = new ArrayList<>();
      for (int i = 0; i < size; i++) elements.add(read(in, list.getActualTypeArguments()[0]));
      return List.copyOf(elements);
    }
    Class<?> plain = (Class<?>) type;
    if (plain == int.class || plain == Integer.class) return in.readInt();
    if (plain == long.class || plain == Long.class) return in.readLong();
    if (plain == double.class || plain == Double.class) return in.readDouble();
    if (plain == boolean.class || plain == Boolean.class) return in.readBoolean();
    if (plain == byte[].class) return bytes(in);
    if (plain == String.class) {
      return new String(bytes(in), java.nio.charset.StandardCharsets.UTF_8);
    }
    if (plain.isEnum()) {
      Object[] constants = plain.getEnumConstants();
      int ordinal = in.readInt();
      if (ordinal < 0 || ordinal >= constants.length) throw new IOException("it is damaged");
      return constants[ordinal];
    }
    if (plain.isRecord()) return record(in, plain);
    throw new IllegalArgumentException("a " + type + " in a record");
  }

  private static int length(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 0) throw new IOException("it is damaged");
    return length;
  }

  private static byte[] bytes(DataInputStream in) throws IOException {
    int length = length(in);
    byte[] data = in.readNBytes(length);
    if (data.length < length) throw new IOException("it ends too early");
    return data;
  }

  private static Object record(DataInputStream in, Class<?> type) throws IOException {
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] types = new Class<?>[components.length];
    Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      types[i] = components[i].getType();
      values[i] = read(in, components[i].getGenericType());
    }
    try {
      Constructor<?> constructor = type.getDeclaredConstructor(types);
      return constructor.newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("a record that cannot be made: " + type, e);
    }
  }
}
