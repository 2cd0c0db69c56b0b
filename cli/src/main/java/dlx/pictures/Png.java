package dlx.pictures;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/** PNG, 8 bits a channel. Equal pixels are equal files. */
public final class Png {
  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

  /** Of a byte, the one to its left is taken away before it is compressed. */
  private static final int LEFT = 1;

  private Png() {}

  /** Writes a picture. */
  public static void write(Pixels pixels, OutputStream out) throws IOException {
    DataOutputStream data = new DataOutputStream(out);
    data.write(SIGNATURE);
    ByteBuffer header = ByteBuffer.allocate(13);
    header.putInt(pixels.width()).putInt(pixels.height()).put((byte) 8).put(kind(pixels));
    chunk(data, "IHDR", header.array());
    chunk(data, "IDAT", compressed(pixels));
    chunk(data, "IEND", new byte[0]);
    data.flush();
  }

  private static byte kind(Pixels pixels) {
    return switch (pixels.channels()) {
      case 1 -> 0;
      case 3 -> 2;
      case 4 -> 6;
      default -> throw new IllegalArgumentException("" + pixels.channels());
    };
  }

  private static byte[] compressed(Pixels pixels) throws IOException {
    int length = pixels.width() * pixels.channels();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Deflater deflater = new Deflater();
    try (DeflaterOutputStream zip = new DeflaterOutputStream(bytes, deflater, 1 << 16)) {
      byte[] line = new byte[length + 1];
      line[0] = LEFT;
      for (int y = 0; y < pixels.height(); y++) {
        for (int i = 0; i < length; i++) {
          int at = y * length + i;
          int left = i < pixels.channels() ? 0 : pixels.data()[at - pixels.channels()];
          line[i + 1] = (byte) (pixels.data()[at] - left);
        }
        zip.write(line);
      }
    } finally {
      deflater.end();
    }
    return bytes.toByteArray();
  }

  private static void chunk(DataOutputStream out, String type, byte[] body) throws IOException {
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    CRC32 check = new CRC32();
    check.update(name);
    check.update(body);
    out.writeInt(body.length);
    out.write(name);
    out.write(body);
    out.writeInt((int) check.getValue());
  }
}
