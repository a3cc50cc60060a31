"""The scripts that mount certificates over the system's are run for real, by sh and mount, in trees of the shape of
six Android levels. What processes trust is asked of openssl, from inside their namespaces."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from android_tree import LAYOUTS, Layout, Tree, root, why_no_tools, why_no_tree

from harness.device import authority
from harness.device.authority import Authority
from harness.device.proxy_setup import put_back, set_up
from harness.device.restore_file import RestoreFile
from harness.device.store_mounts import APEX_STORE, MARK, STORE, TMPFS
from harness.errors import RigError

pytestmark = pytest.mark.skipif(bool(why_no_tree()), reason=f"no namespaces here: {why_no_tree()}")
BY_API = {layout.api: layout for layout in LAYOUTS}
OURS = root("mitmproxy")
NAMESAKE = root("mitmproxy")  # another's, of the same subject: its file has the name that ours would have
PEM = OURS.pem


@pytest.fixture
def restore(tmp_path: Path) -> RestoreFile:
    return RestoreFile(tmp_path / "restore.json")


def tree(folder: Path, layout: Layout, kind: str = "", **more: Any) -> Any:
    kind = kind or ("machine" if why_no_tools("android") else "android")
    if why := why_no_tools(kind):
        pytest.skip(why)
    (folder / "tree").mkdir()
    return Tree(layout, folder / "tree", kind, before=(NAMESAKE,), **more).booted()


def untrusting(phone: Tree) -> list[tuple[int, str]]:
    """Processes and stores in which ours is not trusted, or one that was there before no longer is, or another is."""
    wanted = {(store, one.pem) for store in phone.layout.stores for one in (OURS, *phone.earlier[store])}
    roots = [OURS, *{one.pem: one for store in phone.layout.stores for one in phone.earlier[store]}.values()]
    return [(pid, store) for pid in phone.processes() for store, _ in phone.trusted(roots, pid) ^ wanted]


def trusting(phone: Tree) -> bool:
    return any(phone.trusted([OURS], pid) for pid in phone.processes())


def ours_once(phone: Tree) -> bool:
    """Whether over each store of each process there is one mount of ours, and all are of one tmpfs."""
    of = [[line.split() for line in text.splitlines() if f" {MARK} " in line] for text in phone.mounts().values()]
    stores = sorted(phone.layout.stores)
    return all(sorted(words[4] for words in lines) == stores for lines in of) and len(
        {words[2] for lines in of for words in lines}
    ) == 1


def nothing_left(phone: Tree) -> bool:
    return phone.run("ls /data/local/tmp").output == ""


@pytest.mark.parametrize(
    ("layout", "kind"), [*((layout, "") for layout in LAYOUTS), (BY_API[24], "machine"), (BY_API[34], "machine")],
    ids=lambda value: f"api{value.api}" if isinstance(value, Layout) else value or "android",
)
def test_every_process_trusts_it_and_what_it_trusted_before_and_undo_leaves_the_mounts_of_before(
    tmp_path: Path, restore: RestoreFile, layout: Layout, kind: str
) -> None:
    with tree(tmp_path, layout, kind) as phone:
        phone.apps.append(phone.fork(0, "webview_zygote"))
        phone.burn_pids()
        phone.apps.append(phone.fork("webview_zygote"))
        assert str(phone.apps[-1]) < str(phone.apps[-2]), "/proc/* does not list it before its parent"
        assert not trusting(phone)
        before = phone.mounts()
        assert set_up(phone, None, PEM, restore=restore)["store"] == "mounted"
        assert untrusting(phone) == []
        for store in layout.stores:
            assert set(phone.run(f"stat -c '%a %u:%g' {store}/*").output.splitlines()) == {"644 0:0"}
            assert phone.run(f"stat -c '%a %u:%g' {store}").output == "755 0:0\n"
        assert ours_once(phone)
        phone.apps.append(phone.fork(0))
        phone.apps.append(phone.fork("webview_zygote"))
        assert untrusting(phone) == [], "started after it was mounted"
        assert nothing_left(phone)
        assert put_back(phone, restore=restore)
        after = phone.mounts()
        assert {pid: after[pid] for pid in before} == before
        assert not any(f" {MARK} " in text for text in after.values())
        assert not trusting(phone)
        assert nothing_left(phone)


@pytest.mark.parametrize("api", [24, 30, 34])
def test_mounting_again_does_not_stack_and_another_authority_takes_the_place_of_the_first(
    tmp_path: Path, api: int
) -> None:
    first = root("first")
    with tree(tmp_path, BY_API[api]) as phone:
        before = phone.mounts()
        for pem in (first.pem, PEM, PEM):
            assert authority.mount(phone, Authority.read(pem)) == []
        assert untrusting(phone) == []
        assert not any(phone.trusted([first], pid) for pid in phone.processes())
        assert ours_once(phone)
        assert authority.unmount(phone)
        assert phone.mounts() == before
        assert authority.unmount(phone), "and twice away is no error"


BREAKING = """
count=$(cat /data/run/count 2>/dev/null || echo 0)
count=$((count + 1))
echo $count >/data/run/count
if [ $count -ge $(cat /data/run/breaks) ]; then
  [ "$(cat /data/run/how)" = kill ] && kill -9 $PPID
  echo "mount: it broke" >&2
  exit 1
fi
exec /usr/bin/mount "$@"
"""


@pytest.mark.parametrize("how", ["fail", "kill"])
@pytest.mark.parametrize("breaks", [1, 2, 3, 4])
def test_what_was_done_before_it_broke_is_undone(tmp_path: Path, restore: RestoreFile, how: str, breaks: int) -> None:
    with tree(tmp_path, BY_API[34], replaced={"mount": BREAKING}) as phone:
        phone.run(f"echo {breaks} >/data/run/breaks; echo {how} >/data/run/how")
        before = phone.mounts()
        with pytest.raises(RigError, match="could not be put into the system store"):
            set_up(phone, None, PEM, restore=restore)
        assert int(phone.run("cat /data/run/count").output) >= breaks
        assert phone.mounts() == before
        assert nothing_left(phone)
        assert not restore.path.exists()


VICTIM = """
victim=$(cat /data/run/victim)
case "$*" in
  *"/proc/$victim/"*) kill -9 $victim; until [ ! -e /proc/$victim/root/ ]; do :; done ;;
esac
exec %s "$@"
"""


@pytest.mark.parametrize("api", [30, 34])
def test_a_process_that_ends_between_listing_and_entering_is_no_error(tmp_path: Path, api: int) -> None:
    with tree(tmp_path, BY_API[api], replaced={"nsenter": VICTIM % "/usr/bin/nsenter"}) as phone:
        dead = phone.fork(0, propagation="private")  # it must be entered at every level
        phone.run(f"echo {dead} >/data/run/victim")
        before = phone.mounts()
        assert authority.mount(phone, Authority.read(PEM)) == []
        assert phone.run(f"ls /proc/{dead}/root/").status != 0, "it did not die"
        assert untrusting(phone) == []
        assert authority.unmount(phone)
        assert phone.mounts() == before


@pytest.mark.parametrize("api", [30, 33, 34])
def test_a_process_to_which_no_mount_is_passed_on_is_entered(tmp_path: Path, api: int) -> None:
    with tree(tmp_path, BY_API[api]) as phone:
        phone.apps.append(phone.fork(0, propagation="private"))
        before = phone.mounts()
        assert authority.mount(phone, Authority.read(PEM)) == []
        assert untrusting(phone) == []
        assert authority.unmount(phone)
        assert phone.mounts() == before


def test_without_nsenter_such_a_process_is_told(tmp_path: Path, restore: RestoreFile) -> None:
    with tree(tmp_path, BY_API[28]) as phone:
        apart = phone.fork(0, propagation="private")
        assert set_up(phone, None, PEM, restore=restore)["store"] == "mounted; not seen by 1 running processes"
        assert untrusting(phone) == []
        assert not phone.trusts(OURS, STORE, apart)
        put_back(phone, restore=restore)


def test_the_nsenter_of_magisk_serves_where_the_system_has_none(tmp_path: Path) -> None:
    with tree(tmp_path, BY_API[28], "magisk") as phone:
        phone.apps.append(phone.fork(0, propagation="private"))
        before = phone.mounts()
        assert authority.mount(phone, Authority.read(PEM)) == []
        assert untrusting(phone) == []
        assert authority.unmount(phone)
        assert phone.mounts() == before


@pytest.mark.parametrize("api", [30, 34])
def test_a_root_shell_in_a_namespace_of_its_own_mounts_for_all(tmp_path: Path, restore: RestoreFile, api: int) -> None:
    with tree(tmp_path, BY_API[api]) as phone:
        phone.su = ("/usr/bin/unshare", "-m", "--propagation", "private")
        before = phone.mounts()
        assert set_up(phone, None, PEM, restore=restore)["store"] == "mounted"
        assert untrusting(phone) == []
        assert ours_once(phone)
        put_back(phone, restore=restore)
        assert phone.mounts() == before


def test_where_that_shell_cannot_leave_it_is_an_error_and_not_a_false_success(tmp_path: Path, restore: RestoreFile) -> None:
    with tree(tmp_path, BY_API[28]) as phone:
        phone.su = ("/usr/bin/unshare", "-m", "--propagation", "private")
        before = phone.mounts()
        with pytest.raises(RigError, match="system store") as caught:
            set_up(phone, None, PEM, restore=restore)
        assert "no nsenter" in caught.value.why
        assert phone.mounts() == before


@pytest.mark.parametrize("api", [28, 34])
def test_mounts_of_magisk_over_the_store_stay(tmp_path: Path, restore: RestoreFile, api: int) -> None:
    """Its modules lay a tmpfs over the folder and bind each file into it."""
    theirs = root("A module's CA")
    with tree(tmp_path, BY_API[api]) as phone:
        phone.push(theirs.pem, f"/data/adb/{theirs.hash}.0")
        for line in (
            "mkdir /data/mirror /data/peer; mount --bind /system /data/mirror; mount --make-private /data/mirror",
            "mount --bind /system /data/peer",  # what is mounted over the store is seen there too
            f"mount -t tmpfs -o mode=755 magisk {STORE}",
            f"for file in /data/mirror/etc/security/cacerts/* /data/adb/{theirs.hash}.0; do"
            f" touch {STORE}/${{file##*/}} && mount --bind $file {STORE}/${{file##*/}} || exit; done",
        ):
            phone.init(line)
        phone.earlier[STORE].append(theirs)
        assert phone.trusts(theirs, STORE, phone.apps[0])
        before = phone.mounts()
        assert set_up(phone, None, PEM, restore=restore)["store"] == "mounted"
        assert untrusting(phone) == []
        assert phone.run("ls /data/peer/etc/security/cacerts").output == phone.run(f"ls {STORE}").output
        put_back(phone, restore=restore)
        assert phone.mounts() == before
        assert phone.trusts(theirs, STORE, phone.apps[0])


def test_a_zygote_that_was_restarted_is_cleared_too(tmp_path: Path, restore: RestoreFile) -> None:
    with tree(tmp_path, BY_API[34]) as phone:
        set_up(phone, None, PEM, restore=restore)
        phone.run(f"kill -9 {phone.zygotes[0]}")
        phone.init("mkfifo /data/run/again.in")
        again = "unshare -m --propagation slave /data/run/zygote64 /data/run/zygote.sh /data/run/again.in &"
        phone.zygotes[0] = phone.init(again)
        phone.apps.append(phone.fork("again"))
        assert untrusting(phone) == [], "it is born from init, which sees it"
        put_back(phone, restore=restore)
        assert not any(f" {MARK} " in text for text in phone.mounts().values())


LABELLED = """
case "$1" in
  -Zd) echo "u:object_r:system_security_cacerts_file:s0 $2" ;;
  *) exec /usr/bin/ls "$@" ;;
esac
"""


@pytest.mark.parametrize("labelled", [True, False])
def test_files_and_folder_get_the_label_of_the_store(tmp_path: Path, labelled: bool) -> None:
    """A tmpfs is labelled tmpfs, which apps may not read. chcon fails here, and that is no error."""
    stand_ins = {"chcon": 'echo "$@" >>/data/run/labels; exit 1'} | ({"ls": LABELLED} if labelled else {})
    with tree(tmp_path, BY_API[34], replaced=stand_ins) as phone:
        assert authority.mount(phone, Authority.read(PEM)) == []
        label = "u:object_r:system_security_cacerts_file:s0" if labelled else "u:object_r:system_file:s0"
        told = [line.split() for line in phone.run("cat /data/run/labels").output.splitlines()]
        assert {words[0] for words in told} == {label}
        for store in (STORE, APEX_STORE):
            inside = phone.run(f"ls {store}").output.split()
            assert [label, TMPFS + store, *(f"{TMPFS}{store}/{name}" for name in inside)] in told


def test_a_store_that_cannot_be_copied_is_left_alone(tmp_path: Path, restore: RestoreFile) -> None:
    with tree(tmp_path, BY_API[34], replaced={"cp": "echo 'cp: No space left on device' >&2; exit 1"}) as phone:
        before = phone.mounts()
        with pytest.raises(RigError) as caught:
            set_up(phone, None, PEM, restore=restore)
        assert "No space left" in caught.value.why
        assert phone.mounts() == before


def test_a_store_that_can_be_written_is_written_and_its_namesake_stays(tmp_path: Path, restore: RestoreFile) -> None:
    with tree(tmp_path, BY_API[28]) as phone:
        phone.init("mount -o remount,bind,rw /system")
        before, files = phone.mounts(), phone.run(f"ls {STORE}").output
        assert set_up(phone, None, PEM, restore=restore)["store"] == "written"
        assert untrusting(phone) == []
        put_back(phone, restore=restore)
        assert phone.mounts() == before
        assert phone.run(f"ls {STORE}").output == files


def test_a_store_that_can_be_written_is_not_where_the_apex_has_one(tmp_path: Path, restore: RestoreFile) -> None:
    with tree(tmp_path, BY_API[34]) as phone:
        phone.init("mount -o remount,bind,rw /")
        files = phone.run(f"ls {STORE}").output
        assert set_up(phone, None, PEM, restore=restore)["store"] == "mounted"
        put_back(phone, restore=restore)
        assert phone.run(f"ls {STORE}").output == files
