package org.robolectric.res.android;

import java.nio.ByteBuffer;
import org.robolectric.res.android.ResourceTypes.ResChunk_header;

/**
 * The head of a package in resources.arsc, in place of Robolectric's class of this name.
 *
 * <p>Up to 2014 aapt wrote it without its last field, typeIdOffset (284 bytes, not 288; AOSP,
 * libs/androidfw/include/androidfw/ResourceTypes.h). Robolectric's reads the field all the same and takes what comes
 * after the head for it, so that no app of that age has resources.
 */
class ResourceTypes$ResTable_package extends ResourceTypes.WithOffset {
  private static final int NAME = 12;
  private static final int NAME_CHARS = 128;
  private static final int FIELDS = NAME + 2 * NAME_CHARS;
  public static final int SIZEOF = FIELDS + 20;

  final ResChunk_header header;
  public final int id;
  public final char[] name = new char[NAME_CHARS];
  public final int typeStrings;
  public final int lastPublicType;
  public final int keyStrings;
  public final int lastPublicKey;
  public final int typeIdOffset;

  public ResourceTypes$ResTable_package(ByteBuffer buffer, int offset) {
    super(buffer, offset);
    header = new ResChunk_header(buffer, offset);
    id = buffer.getInt(offset + 8);
    for (int i = 0; i < NAME_CHARS; i++) {
      name[i] = buffer.getChar(offset + NAME + 2 * i);
    }
    typeStrings = buffer.getInt(offset + FIELDS);
    lastPublicType = buffer.getInt(offset + FIELDS + 4);
    keyStrings = buffer.getInt(offset + FIELDS + 8);
    lastPublicKey = buffer.getInt(offset + FIELDS + 12);
    typeIdOffset = (header.headerSize & 0xFFFF) < SIZEOF ? 0 : buffer.getInt(offset + FIELDS + 16);
  }
}
