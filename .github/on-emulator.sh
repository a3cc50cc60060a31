#!/usr/bin/env bash
# What is run on each emulator of .github/workflows/real-android.yml. The first failure is its exit status, but all of it runs.
set -u
status=0
keep() { "$@" || { code=$?; echo "exit status $code: $*" >&2; [ "$status" != 0 ] || status=$code; }; }

adb root && adb wait-for-device
adb push frida-server /data/local/tmp/frida-server
adb shell chmod 755 /data/local/tmp/frida-server
adb shell "/data/local/tmp/frida-server -D"
# What doctor tells of QUIC: UDP does not go through the proxy.
adb shell iptables -I OUTPUT -p udp --dport 443 -j REJECT
adb shell ip6tables -I OUTPUT -p udp --dport 443 -j REJECT

.venv/bin/harness doctor --fix > /dev/null
keep .venv/bin/harness doctor --json > doctor.json
keep .venv/bin/harness selftest --json > selftest.json
keep .venv/bin/harness lab app shop-violating --to shop.apk
# A violating app: tests fail where it violates (exit status 1); anything else is the rig's.
.venv/bin/pytest scenarios --harness-apk shop.apk --harness-device auto --harness-profile demo --junit-xml junit.xml
code=$?
[ "$code" = 0 ] || [ "$code" = 1 ] || { echo "exit status $code: the suite" >&2; [ "$status" != 0 ] || status=$code; }
for bundle in harness-results/2*/; do
  keep .venv/bin/harness verify "$bundle"
done
exit "$status"
