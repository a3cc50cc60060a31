"""Which of the system's broadcasts reach receivers in a manifest."""

from __future__ import annotations

FLAG_RECEIVER_REGISTERED_ONLY = 0x40000000  # android.content.Intent

_NAMES = """
    intent.action.LOCKED_BOOT_COMPLETED intent.action.BOOT_COMPLETED intent.action.USER_INITIALIZE
    intent.action.USER_ADDED intent.action.USER_REMOVED intent.action.TIME_SET intent.action.TIMEZONE_CHANGED
    app.action.NEXT_ALARM_CLOCK_CHANGED intent.action.LOCALE_CHANGED hardware.usb.action.USB_ACCESSORY_ATTACHED
    hardware.usb.action.USB_ACCESSORY_DETACHED hardware.usb.action.USB_DEVICE_ATTACHED
    hardware.usb.action.USB_DEVICE_DETACHED bluetooth.headset.profile.action.CONNECTION_STATE_CHANGED
    bluetooth.a2dp.profile.action.CONNECTION_STATE_CHANGED bluetooth.device.action.ACL_CONNECTED
    bluetooth.device.action.ACL_DISCONNECTED telephony.action.CARRIER_CONFIG_CHANGED
    telephony.action.SECRET_CODE provider.Telephony.SECRET_CODE intent.action.PHONE_STATE
    telecom.action.PHONE_ACCOUNT_REGISTERED telecom.action.PHONE_ACCOUNT_UNREGISTERED
    accounts.LOGIN_ACCOUNTS_CHANGED accounts.action.ACCOUNT_REMOVED intent.action.PACKAGE_DATA_CLEARED
    intent.action.PACKAGE_FULLY_REMOVED intent.action.NEW_OUTGOING_CALL app.action.DEVICE_OWNER_CHANGED
    intent.action.EVENT_REMINDER intent.action.MEDIA_MOUNTED intent.action.MEDIA_CHECKING
    intent.action.MEDIA_UNMOUNTED intent.action.MEDIA_EJECT intent.action.MEDIA_UNMOUNTABLE
    intent.action.MEDIA_REMOVED intent.action.MEDIA_BAD_REMOVAL provider.Telephony.SMS_RECEIVED
    provider.Telephony.WAP_PUSH_RECEIVED intent.action.MY_PACKAGE_REPLACED
"""
EXEMPT_BROADCASTS = frozenset(f"android.{name}" for name in _NAMES.split())
"""Implicit broadcasts that receivers in the manifest of an app targeting 26 and up still get
(developer.android.com, "Implicit broadcast exceptions")."""
