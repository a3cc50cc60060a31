"""Why a TLS connection could not be read: the vocabulary of `cause` in flows `tls` and in their gaps, and how it is told.

What an app says when it refuses a certificate is an alert, or nothing; neither tells whether it pins its own
certificate or trusts no CA that a user installed. What tells them apart is whether the same device took the proxy's
certificate for any other host. So a cause is what is likely, and `sure` says where it is more than that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class TlsCause(StrEnum):
    """`CERTIFICATE_REFUSED` stands in a flow that came before it could be told which of the two it was; never in a gap."""

    PINNED = "pinned"                            # the CA was taken for other hosts, or the app left after the handshake
    CA_NOT_TRUSTED = "ca_not_trusted"            # the CA was taken for no host at all
    CERTIFICATE_REFUSED = "certificate_refused"  # one of these two
    CLIENT_CERTIFICATE = "client_certificate"    # the server asked for a certificate that only the app has
    PROTOCOL = "protocol"                        # no TLS version or cipher in common
    SERVER_CERTIFICATE = "server_certificate"    # the server's own certificate is not valid for the proxy
    NOT_TLS = "not_tls"                          # the server answered with something else
    UNKNOWN = "unknown"


AFTER_HANDSHAKE = "after the TLS handshake the app made no request, as an app that pins certificates does"
"""The reason given where no alert was sent: the certificate was checked by the app itself, when TLS had accepted it."""

_PROTOCOL = (
    "unsupported protocol", "no shared cipher", "no suitable", "protocol version", "handshake failure", "insufficient security",
    "inappropriate fallback", "no application protocol", "wrong version number", "version too low", "no protocols available",
    "cannot agree on a tls version", "cannot parse clienthello",
)
_REFUSED = (
    "unknown ca", "bad certificate", "certificate unknown", "unsupported certificate", "certificate expired",
    "certificate revoked", "does not trust", "disconnected during the handshake", "connection closed", "access denied",
)


def of_client(error: str) -> TlsCause:
    """Why an app and the proxy did not come to terms, by what mitmproxy says of it."""
    text = error.lower()
    if error == AFTER_HANDSHAKE:
        return TlsCause.PINNED
    if any(words in text for words in _PROTOCOL):
        return TlsCause.PROTOCOL
    if any(words in text for words in _REFUSED):
        return TlsCause.CERTIFICATE_REFUSED
    return TlsCause.UNKNOWN


def of_server(error: str, asked_for_certificate: bool) -> TlsCause | None:
    """Why the proxy and a server did not come to terms; None where it is no matter of TLS, such as a lost connection."""
    text = error.lower()
    if text.startswith("certificate verify failed"):
        return TlsCause.SERVER_CERTIFICATE
    if asked_for_certificate:
        return TlsCause.CLIENT_CERTIFICATE
    if "does not speak tls" in text:
        return TlsCause.NOT_TLS
    return TlsCause.PROTOCOL if any(words in text for words in _PROTOCOL) else None


@dataclass(frozen=True)
class Told:
    """What is said of a cause. `{host}` stands for the host; `sure`: it is known, not only likely."""

    what: str
    fix: str
    what_zh: str
    fix_zh: str
    sure: bool = False

    def en(self, host: str, why: str) -> str:
        return f"{'' if self.sure else 'Likely: '}{self.what} {self.fix} (Seen: {why})".replace("{host}", host)

    def zh(self, host: str) -> str:
        return f"{'' if self.sure else '可能的原因:'}{self.what_zh}{self.fix_zh}".replace("{host}", host)


TOLD: Mapping[TlsCause, Told] = {
    TlsCause.PINNED: Told(
        "the app pins the certificate of {host}: this device took the proxy's certificate elsewhere, but the app not here.",
        "What it sends there is not judged; a build without pinning, or one whose network security config allows it, can be.",
        "App 对 {host} 使用了证书固定:本设备在其他连接中接受了代理证书,但 App 在此处不接受。",
        "其发往该主机的内容未被检查;可改用未启用证书固定的版本再测。"),
    TlsCause.CA_NOT_TRUSTED: Told(
        "the proxy's CA is not trusted: no TLS connection of the run took its certificate, {host} neither.",
        "Look whether the CA is among the device's system certificates (the fact `proxy` of run.jsonl says how it was "
        "installed); a CA that only the user installed is trusted by few apps since Android 7.",
        "代理的 CA 证书不受信任:本次运行中没有任何 TLS 连接接受它,{host} 亦然。",
        "请确认 CA 已安装为系统证书;自 Android 7 起,多数 App 不信任用户安装的证书。"),
    TlsCause.CLIENT_CERTIFICATE: Told(
        "the server {host} wants a certificate of its client, which only the app has.",
        "The request is kept, the server's answer could not be had.",
        "服务器 {host} 要求客户端证书,而该证书仅 App 持有。",
        "请求已保存,但无法取得服务器的应答。"),
    TlsCause.PROTOCOL: Told(
        "there is no TLS version or cipher that both sides of the connection to {host} take.",
        "proxy.log says which side refused.",
        "与 {host} 的连接双方没有共同支持的 TLS 版本或密码套件。",
        "详见 proxy.log。"),
    TlsCause.SERVER_CERTIFICATE: Told(
        "The certificate of the server {host} is not valid for the proxy, so the app had no answer.",
        "Where the server is your own, name its CA with --upstream-ca.",
        "服务器 {host} 的证书对代理而言无效,App 未得到应答。",
        "如系自有服务器,请用 --upstream-ca 指明其 CA。", sure=True),
    TlsCause.NOT_TLS: Told(
        "The server {host} does not speak TLS on that port.", "The request is kept; there is no answer.",
        "服务器 {host} 在该端口上不使用 TLS。", "请求已保存,没有应答。", sure=True),
    TlsCause.UNKNOWN: Told(
        "the TLS connection to {host} failed for a reason that has no name here.", "proxy.log may say more.",
        "与 {host} 的 TLS 连接失败,原因不明。", "可查看 proxy.log。"),
}
