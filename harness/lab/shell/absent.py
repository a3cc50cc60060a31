"""Names that /system/bin of Android 15 has and this lab does not: they answer so, not "not found"."""

from __future__ import annotations

_NAMES = """
    acpi adbd apexd art_apex_boot_integrity atrace awk bc blkid blockdev bmgr
    bootstat boringssl_self_test32 boringssl_self_test64 bpfloader bu bugreport bugreportz bunzip2 bzcat bzip2
    cal charger chattr chcon chroot chrt cksum cmp comm cpio crash_dump32 crash_dump64 credstore dalvikvm
    dalvikvm32 dalvikvm64 debuggerd derive_classpath derive_sdk device_config devmem dex2oat32 dex2oat64 dexdump
    dexlist diff dmabuf_dump dmctl dmesg dnsmasq dos2unix drmserver dumpstate dumpsys_text e2fsck ed evdump
    fallocate file fincore flags_health_check flock fmt free freeramdisk fsck_msdos fsfreeze fsverity_init fsync
    gatekeeperd getconf getenforce getevent getfattr gpioget gsi_tool gsid gunzip gzip hid hw hwclock
    i2cdetect iconv idlcli idmap2 idmap2d incident incident_helper incidentd init inotifyd insmod installd
     iorenice iotop ip6tables iptables iw keystore2 keystore_cli_v2 ldd linker linker64 linkerconfig
    lmkctl lmkd load_policy locksettings log_event logwrapper losetup lpdump lpmake lsattr lshal lsmod lsof
    lspci lsusb make_f2fs mdnsd mediaextractor mediametrics mediaserver microcom migrate_legacy_obb_data mke2fs
    mkfifo mkfs.ext4 mkfs.f2fs mknod mkswap modinfo modprobe more mount mountpoint mtpd nbd-client ncal ndc
    netd newfs_msdos nl nsenter oatdump odrefresh odsign paste patch pbtool perfetto ping ping6
    pivot_root pppd prlimit procrank profman pwdx racoon readelf reset resize resize2fs restorecon rev rfkill
    rmmod rss_hwm_reset rtcwake run-parts runcon schedtest sdcard secdiscard secilc segment_dump
    selinux send_event sendevent service servicemanager setenforce setfattr sgdisk sha224sum
    sha384sum sha512sum simpleperf simpleperf_app_runner sm snapshotctl split storaged storageproxyd strace
    strings surfaceflinger swapoff swapon sysctl tac tar taskset tc tcpdump tee_supplicant telecom telnet
    test_nusensors time toolbox traced traced_probes traceroute traceroute6 truncate tty tune2fs tunefs
    tzdatacheck uclampset ueventd uinput ulimit umount uncrypt unix2dos unzip update_engine
    update_verifier uptime_text usleep uudecode uuencode uuidgen vdc viewcompiler vintf vmstat vold
    vold_prepare_subdirs vr wait_for_keymaster watch watchdogd wificond wpa_cli xxd zcat ziptool
"""

ABSENT = frozenset(_NAMES.split())
