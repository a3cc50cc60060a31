"""ip, ifconfig, netstat, reboot: the device's network as its profile has it, and its power."""

from __future__ import annotations

import asyncio
import ipaddress
import socket

from harness.lab.adbd.device import UIAUTOMATOR_PORT
from harness.lab.shell.call import Call, Usage, command


def _wifi(call: Call) -> tuple[str, int, str] | None:
    """Address, prefix length and MAC of wlan0; None where Wi-Fi is off."""
    wifi = call.system.profile.get("wifi", {})
    off = call.system.settings.get("global", "wifi_on") == "0"
    if off or call.system.settings.get("global", "airplane_mode_on") == "1" or not wifi.get("ip"):
        return None
    network = ipaddress.ip_interface(f"{wifi['ip']}/{wifi.get('netmask', '255.255.255.0')}")
    return str(network.ip), network.network.prefixlen, str(wifi.get("mac", "02:00:00:00:00:00"))


@command("ip")
async def show_addresses(call: Call) -> int:
    words = [word for word in call.args if not word.startswith("-")]
    what = words[0] if words else "help"
    wifi = _wifi(call)
    if what in ("a", "addr", "address"):
        only = words[-1] if words[-1] in ("lo", "wlan0") else ""
        if only in ("", "lo"):
            await call.out(
                "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000\n"
                "    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n    inet 127.0.0.1/8 scope host lo\n"
                "       valid_lft forever preferred_lft forever\n"
            )
        if only in ("", "wlan0"):
            state = "UP" if wifi else "DOWN"
            mac = wifi[2] if wifi else "02:00:00:00:00:00"
            await call.out(
                f"2: wlan0: <BROADCAST,MULTICAST{',UP,LOWER_UP' if wifi else ''}> mtu 1500 qdisc mq state {state} "
                f"group default qlen 3000\n    link/ether {mac} brd ff:ff:ff:ff:ff:ff\n"
            )
            if wifi:
                end = ipaddress.ip_interface(f"{wifi[0]}/{wifi[1]}").network.broadcast_address
                await call.out(
                    f"    inet {wifi[0]}/{wifi[1]} brd {end} scope global wlan0\n       valid_lft forever preferred_lft forever\n"
                )
        return 0
    if what in ("r", "route"):
        if wifi:
            network = ipaddress.ip_interface(f"{wifi[0]}/{wifi[1]}").network
            await call.out(f"{network} dev wlan0 proto kernel scope link src {wifi[0]}\n")
        return 0
    if what in ("link", "l"):
        await call.out("1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536\n2: wlan0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500\n")
        return 0
    raise Usage(f'ip: Object "{what}" is unknown to this lab device, try addr, route, link')


@command("ifconfig")
async def show_interfaces(call: Call) -> int:
    name = next((word for word in call.args if not word.startswith("-")), "")
    if name not in ("", "lo", "wlan0"):
        await call.err(f"ifconfig: {name}: No such device\n")
        return 1
    wifi = _wifi(call)
    if name in ("", "wlan0"):
        mac = wifi[2] if wifi else "02:00:00:00:00:00"
        await call.out(f"wlan0     Link encap:Ethernet  HWaddr {mac}\n")
        if wifi:
            network = ipaddress.ip_interface(f"{wifi[0]}/{wifi[1]}").network
            await call.out(
                f"          inet addr:{wifi[0]}  Bcast:{network.broadcast_address}  Mask:{network.netmask} \n"
                "          UP BROADCAST RUNNING MULTICAST  MTU:1500  Metric:1\n"
            )
        await call.out("\n")
    if name in ("", "lo"):
        await call.out(
            "lo        Link encap:Local Loopback  \n          inet addr:127.0.0.1  Mask:255.0.0.0 \n"
            "          UP LOOPBACK RUNNING  MTU:65536  Metric:1\n\n"
        )
    return 0


@command("netstat", "ss")
async def show_sockets(call: Call) -> int:
    """The ports that the daemon answers inside the device, and those that shells hold open."""
    held = {port for one in call.device.processes.all() for port in one.ports}
    ports = sorted(held | set(call.device.services) - {UIAUTOMATOR_PORT})
    await call.out("Active Internet connections (only servers)\n"
                   "Proto Recv-Q Send-Q Local Address           Foreign Address         State\n")  # fmt: skip
    for port in ports:
        await call.out(f"tcp        0      0 {f'127.0.0.1:{port}':<23} {'0.0.0.0:*':<23} LISTEN\n")
    return 0


@command("reboot")
async def restart_device(call: Call) -> int:
    """Ends every app and starts the system again; the adb connection is dropped by that, and this with it."""
    call.shell.reboot(" ".join(call.args))
    await asyncio.Event().wait()
    return 0


@command("start", "stop")
async def services(call: Call) -> int:
    """init's `start` and `stop`: there are no native services to start here."""
    if call.who.uid:
        await call.err(f"{call.name}: must be root\n")
        return 1
    await call.err(f"{call.name}: this lab device has no native services\n")
    return 1


@command("nc", "netcat")
async def talk(call: Call) -> int:
    """nc -l -p PORT, nc HOST PORT: inside the device only, where the one host is localhost."""
    found, words = call.options("lLqnvz", "pwsW", stop_early=False)
    listens = "l" in found or "L" in found
    text = found["p"] if listens and "p" in found else words[-1] if words else ""
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise Usage("nc: bad port")
    if not listens and words[0] not in ("localhost", "127.0.0.1"):
        await call.err(f"nc: {words[0]}: this lab device reaches no other host\n")
        return 1
    sock = await _accept_one(call, int(text)) if listens else await call.device.network.connect(int(text))
    sock.setblocking(False)
    reader, writer = await asyncio.open_connection(sock=sock)

    async def send() -> None:
        while data := await call.streams.stdin.read():
            writer.write(data)
            await writer.drain()
        writer.write_eof()

    sending = asyncio.ensure_future(send())
    try:
        while data := await reader.read(65536):
            await call.out_bytes(data)
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        writer.close()
    return 0


async def _accept_one(call: Call, port: int) -> socket.socket:
    listener = await call.device.network.listen(port)
    listener.setblocking(False)
    try:
        accepted, _ = await asyncio.get_running_loop().sock_accept(listener)
    finally:
        listener.close()
    return accepted
