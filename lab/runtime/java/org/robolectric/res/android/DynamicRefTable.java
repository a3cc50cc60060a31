package org.robolectric.res.android;

import java.util.HashMap;
import java.util.Map;
import org.robolectric.res.android.ResourceTypes.ResTable_lib_entry;
import org.robolectric.res.android.ResourceTypes.ResTable_lib_header;
import org.robolectric.res.android.ResourceTypes.Res_value;

/**
 * Which package id a package of the build has at run time, in place of Robolectric's class of this name.
 *
 * <p>An id is a byte without a sign (AOSP, libs/androidfw/ResourceTypes.cpp). Robolectric's takes it for one with a sign, so that
 * no app with a package from 0x80 on, as feature splits have them, gets any resources.
 */
public class DynamicRefTable {
  private static final int IDS = 256;
  private static final int FRAMEWORK = 0x01;
  private static final int APP = 0x7f;

  final byte mAssignedPackageId;
  final byte[] mLookupTable = new byte[IDS];
  final Map<String, Byte> mEntries = new HashMap<>();
  boolean mAppAsLib;
  final Map<Integer, Integer> mAliasId = new HashMap<>();

  /** `appAsLib`: a package with the id of an app is loaded as a library and given another id. */
  DynamicRefTable(byte assigned, boolean appAsLib) {
    mAssignedPackageId = assigned;
    mAppAsLib = appAsLib;
    mLookupTable[FRAMEWORK] = FRAMEWORK;
    mLookupTable[APP] = APP;
  }

  /** Takes up the names and ids of the libraries that a package was built against. */
  int load(ResTable_lib_header header) {
    long size = (long) ResTable_lib_entry.SIZEOF * header.count;
    if (header.count < 0 || size > header.header.size - header.header.headerSize) {
      return Errors.UNKNOWN_ERROR;
    }
    int offset = header.myOffset() + header.header.headerSize;
    for (int i = 0; i < header.count; i++, offset += ResTable_lib_entry.SIZEOF) {
      ResTable_lib_entry entry = new ResTable_lib_entry(header.myBuf(), offset);
      if (entry.packageId < 0 || entry.packageId >= IDS) {
        return Errors.UNKNOWN_ERROR;
      }
      mEntries.put(Util.ReadUtf16StringFromDevice(entry.packageName, entry.packageName.length), (byte) entry.packageId);
    }
    return Errors.NO_ERROR;
  }

  /** What another part of the same package knows; the two may not contradict each other. */
  int addMappings(DynamicRefTable other) {
    if (mAssignedPackageId != other.mAssignedPackageId) {
      return Errors.UNKNOWN_ERROR;
    }
    for (Map.Entry<String, Byte> entry : other.mEntries.entrySet()) {
      Byte known = mEntries.putIfAbsent(entry.getKey(), entry.getValue());
      if (known != null && !known.equals(entry.getValue())) {
        return Errors.UNKNOWN_ERROR;
      }
    }
    for (int id = 0; id < IDS; id++) {
      byte theirs = other.mLookupTable[id];
      if (mLookupTable[id] == 0) {
        mLookupTable[id] = theirs;
      } else if (theirs != 0 && theirs != mLookupTable[id]) {
        return Errors.UNKNOWN_ERROR;
      }
    }
    return Errors.NO_ERROR;
  }

  /** `id`: what the package of that name has at run time. */
  int addMapping(String name, byte id) {
    Byte built = mEntries.get(name);
    if (built == null) {
      return Errors.UNKNOWN_ERROR;
    }
    mLookupTable[built & 0xFF] = id;
    return Errors.NO_ERROR;
  }

  void addAlias(int staged, int finalized) {
    mAliasId.put(staged, finalized);
  }

  int lookupResourceId(Ref<Integer> reference) {
    int written = reference.get();
    int built = written >>> 24;
    int aliased = mAliasId.getOrDefault(written, written);
    boolean own = built == 0 || built == APP && mAppAsLib;
    if (!own && (built == FRAMEWORK || built == APP)) {
      reference.set(aliased);
      return Errors.NO_ERROR;
    }
    int id = own ? mAssignedPackageId : mLookupTable[built];
    if (!own && id == 0) {
      return Errors.UNKNOWN_ERROR;
    }
    reference.set((own ? written : aliased) & 0xFFFFFF | id << 24);
    return Errors.NO_ERROR;
  }

  int lookupResourceValue(Ref<Res_value> reference) {
    Res_value value = reference.get();
    int kind = value.dataType;
    boolean plain = kind == DataType.REFERENCE.code() || kind == DataType.ATTRIBUTE.code();
    if (!plain && kind != DataType.DYNAMIC_REFERENCE.code() && kind != DataType.DYNAMIC_ATTRIBUTE.code() || plain && !mAppAsLib) {
      return Errors.NO_ERROR;
    }
    boolean attribute = kind == DataType.ATTRIBUTE.code() || kind == DataType.DYNAMIC_ATTRIBUTE.code();
    Ref<Integer> id = new Ref<>(value.data);
    int error = lookupResourceId(id);
    reference.set(
        error == Errors.NO_ERROR
            ? new Res_value((attribute ? DataType.ATTRIBUTE : DataType.REFERENCE).code(), id.get())
            : value.withData(id.get()));
    return error;
  }

  public Map<String, Byte> entries() {
    return mEntries;
  }
}
