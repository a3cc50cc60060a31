"""The scripts that put certificates over those of the system, in each mount namespace, and take them away again.

They are for Android's sh (mksh) and its tools from Android 7 on: toybox, BSD grep until 10, no nsenter before 10. What
is said of namespaces and why it is done so: docs/rig.md, "Certificate store".

One tmpfs holds a copy of each store with our certificate in it, and is bound over the stores; it bears the name MARK,
by which the mounts that are ours are known in /proc/PID/mounts, also after a kill.
"""

from __future__ import annotations

from harness.device.staging import STAGING

STORE = "/system/etc/security/cacerts"
APEX_STORE = "/apex/com.android.conscrypt/cacerts"
MARK = "cacerts"  # seen by apps in /proc/self/mounts, so it does not name us
COPY = f"{STAGING}/harness-ca-copy"
STAGED = f"{COPY}.pem"  # where the certificate is pushed to
SCRIPT = f"{STAGING}/harness-ca.sh"  # a script's own place: adb before Android 7, and older adb servers, take 4 KB of command
TMPFS = f"{STAGING}/harness-ca"

_ENTER = """
enter=
for tool in nsenter "toybox nsenter" /data/adb/magisk/busybox /data/adb/ksu/bin/busybox /data/adb/ap/bin/busybox; do
  case $tool in */busybox) tool="$tool nsenter" ;; esac
  command -v ${tool%% *} >/dev/null 2>&1 || continue
  $tool --mount=/proc/self/ns/mnt -- /system/bin/sh -c : 2>/dev/null || continue
  enter=$tool
  break
done
"""

# su may have given us a namespace of our own (Magisk's "isolated"); what is mounted there nobody else sees.
_AS_INIT = (
    _ENTER
    + """
script=%s
init=$(readlink /proc/1/ns/mnt)
if [ -n "$enter" ] && [ -n "$init" ] && [ "$init" != "$(readlink /proc/self/ns/mnt)" ]; then
  exec $enter --mount=/proc/1/ns/mnt -- /system/bin/sh -c "$script"
fi
exec /system/bin/sh -c "$script"
"""
)

_OURS = f"""
umask 022
mark={MARK}
copy={COPY}
tmp={TMPFS}
""" + """
ours() {
  lines=$(grep -F " $1 " /proc/$2/mounts 2>/dev/null) || return 1
  case "${lines##*
}" in
    "$mark $1 "*) return 0 ;;
  esac
  return 1
}
"""

_UNCOVER = (
    _OURS
    + f"""
for dir in {STORE} {APEX_STORE} $tmp; do
"""
    + """
  while ours $dir self; do
    umount $dir 2>/dev/null || umount -l $dir || exit 1
  done
done
"""
)

_COVER = (
    _OURS
    + f"""
for dir in {STORE} {APEX_STORE}; do
"""
    + """
  [ -d $dir ] || continue
  ours $dir self && continue
  if [ -d $tmp$dir ]; then
    mount -o bind $tmp$dir $dir || exit 1
    continue
  fi
  mount -t tmpfs -o mode=755 $mark $dir && cp -p $copy$dir/* $dir/ || exit 1
  chcon $(cat $copy$dir.label) $dir $dir/* 2>/dev/null || true
done
"""
)

_COMMON = _ENTER + _OURS + f"stores=\"{STORE} {APEX_STORE}\"\n" + """
space() {
  readlink /proc/$1/ns/mnt 2>/dev/null
}
own=$(space self)
within() {
  if [ "$(space $1)" = "$own" ]; then
    /system/bin/sh -c "$2"
  elif [ -n "$enter" ]; then
    $enter --mount=/proc/$1/ns/mnt -- /system/bin/sh -c "$2"
  else
    echo "there is no nsenter on this device" >&2
    return 1
  fi
}
marked() {
  grep -l "^$mark /" /proc/[0-9]*/mounts 2>/dev/null | cut -d/ -f3
}
take_away() {
  for pass in 1 2 3; do
    for pid in 1 $(marked); do
      grep -q "^$mark /" /proc/$pid/mounts 2>/dev/null || continue
      within $pid "$uncover" || true
    done
    [ -n "$(marked)" ] || return 0
  done
  return 1
}
covered() {
  for dir in $stores; do
    [ ! -d $dir ] || ours $dir $1 || return 1
  done
}
family() {
  zygotes=$(pidof zygote || true; pidof zygote64 || true)
  found=" "
  for pid in $zygotes; do found="$found$pid "; done
  tree=$(grep -H "^PPid:" /proc/[0-9]*/status 2>/dev/null || true)
  grown=yes
  while [ $grown = yes ]; do
    grown=no
    for word in $tree; do
      case $word in
        /proc/*) pid=${word#/proc/}; pid=${pid%%/*} ;;
        *)
          case "$found" in
            *" $pid "*) ;;
            *" $word "*) found="$found$pid "; grown=yes ;;
          esac ;;
      esac
    done
  done
}
"""

_MOUNT = """
set -e
take_away || { echo "What an earlier run mounted over the certificates cannot be taken away." >&2; exit 1; }
rm -rf $copy
mkdir -m 700 $copy
clean() {
  for pid in 1 $(marked); do
    if ours $tmp $pid; then within $pid "umount $tmp || umount -l $tmp" || true; fi
  done
  rm -rf $copy $staged
  rmdir $tmp 2>/dev/null || true
}
trap clean EXIT
mkdir -p $tmp
mount -t tmpfs -o mode=755 $mark $tmp
for dir in $stores; do
  [ -d $dir ] || continue
  mkdir -p $copy$dir $tmp$dir
  [ -z "$(ls $dir)" ] || cp -RL $dir/* $copy$dir/
  number=0
  while [ -e $copy$dir/$hash.$number ]; do number=$((number + 1)); done
  cp $staged $copy$dir/$hash.$number
  chown 0:0 $copy$dir/*
  chmod 644 $copy$dir/*
  label=$(ls -Zd $dir 2>/dev/null | cut -d" " -f1)
  case "$label" in
    u:object_r:*) ;;
    *) label=u:object_r:system_file:s0 ;;
  esac
  echo $label >$copy$dir.label
  cp -p $copy$dir/* $tmp$dir/
  chcon $label $tmp$dir $tmp$dir/* 2>/dev/null || true
done
for pass in 1 2 3 4 5; do
  family
  added=
  unreached=
  for pid in 1 $found; do
    if covered $pid; then continue; fi
    if within $pid "$cover" 2>$copy/said; then
      added=yes
    elif [ -n "$(space $pid)" ]; then
      unreached="$unreached $pid"
    fi
  done
  [ -n "$added" ] || break
done
for pid in 1 $zygotes; do
  case "$unreached " in
    *" $pid "*)
      echo "Process $pid does not see it: $(cat $copy/said)" >&2
      exit 1 ;;
  esac
done
for pid in $unreached; do echo "unreached $pid"; done
"""

_UNMOUNT = """
take_away
left=$?
rm -rf $copy $copy.pem
rmdir $tmp 2>/dev/null
if [ $left != 0 ]; then
  for pid in $(marked); do echo "Process $pid still has a mount of ours." >&2; done
fi
exit $left
"""


def mount_script(subject_hash: str) -> str:
    """Puts the certificate in STAGED over each store. Prints `unreached PID` for each process of an app that
    does not see it; fails where a zygote does not."""
    return _as_init(
        f"staged={STAGED}\nhash={subject_hash}\ncover={_quoted(_COVER)}\nuncover={_quoted(_UNCOVER)}\n{_COMMON}{_MOUNT}"
    )


def unmount_script() -> str:
    """Takes away all mounts that are ours, in every namespace; fails where one stays."""
    return _as_init(f"uncover={_quoted(_UNCOVER)}\n{_COMMON}{_UNMOUNT}")


def _as_init(script: str) -> str:
    return _AS_INIT % _quoted(script)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
