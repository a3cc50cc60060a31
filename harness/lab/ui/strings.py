"""The texts of the system's own windows, Chinese and English, as Android 15 shows them.

Permission dialogs: packages/modules/Permission, PermissionController/res/values{,-zh-rCN}/strings.xml.
Crash and ANR dialogs: frameworks/base core/res/res/values{,-zh-rCN}/strings.xml.
{0} is the app's label.
"""

from __future__ import annotations

from collections.abc import Mapping

_ZH = {
    "allow": "允许",
    "allow_foreground": "仅在使用该应用时允许",
    "allow_one_time": "仅限这一次",
    "allow_all": "全部允许",
    "always_allow_all": "始终全部允许",
    "allow_limited": "允许有限访问",
    "select_more": "选择更多",
    "dont_select_more": "不选择其他数据",
    "deny": "不允许",
    "no_upgrade": "保留“在使用该应用期间”",
    "no_upgrade_one_time": "继续使用“仅限这一次”设置",
    "change_to_precise": "更改为确切位置",
    "keep_approximate": "继续使用大致位置",
    "precise": "确切位置",
    "approximate": "大致位置",
    "request.CONTACTS": "要允许“{0}”访问您的通讯录吗？",
    "request.LOCATION": "要允许“{0}”获取此设备的位置信息吗？",
    "request.NEARBY_DEVICES": "要允许“{0}”查找、连接到附近设备以及确定附近设备的相对位置吗？",
    "request.CALENDAR": "允许{0}访问您的日历吗？",
    "request.SMS": "允许{0}发送和查看短信吗？",
    "request.STORAGE": "要允许“{0}”访问您设备上的照片、媒体内容和文件吗？",
    "request.READ_MEDIA_AURAL": "允许{0}访问此设备上的音乐和音频吗？",
    "request.READ_MEDIA_VISUAL": "要允许“{0}”访问此设备上的照片和视频吗？",
    "request.MICROPHONE": "要允许“{0}”录音吗？",
    "request.ACTIVITY_RECOGNITION": "允许{0}获取您的身体活动数据吗？",
    "request.CAMERA": "要允许“{0}”拍摄照片和录制视频吗？",
    "request.CALL_LOG": "要允许“{0}”访问您的手机通话记录吗？",
    "request.PHONE": "要允许“{0}”拨打电话和管理通话吗？",
    "request.SENSORS": "允许{0}访问与您的生命体征相关的传感器数据吗？",
    "request.NOTIFICATIONS": "要允许“{0}”向您发送通知吗？",
    "request.other": "要允许{0}使用“{1}”权限吗？",
    "storage_q_to_s": "要允许“{0}”访问此设备上的照片、视频、音乐和音频吗？",
    "storage_pre_q": "要允许“{0}”访问此设备上的照片、视频、音乐、音频和其他文件吗？",
    "more_photos": "允许{0}访问此设备上的更多照片和视频？",
    "coarse_location": "要允许“{0}”获取此设备的大致位置信息吗？",
    "fine_upgrade": "要将“{0}”可以使用的位置信息从大致位置改为确切位置吗？",
    "upgrade.LOCATION": "要更改{0}的位置信息访问权限吗？",
    "upgrade.SENSORS": "始终允许“{0}”在使用中时访问身体传感器数据？",
    "detail.background.LOCATION": "该应用可能想要随时获取您的位置信息（即使您并未使用该应用）。在“设置”中允许。",
    "detail.upgrade.LOCATION": "该应用想要随时获取您的位置信息（即使您并未使用该应用）。在“设置”中允许。",
    "detail.background.SENSORS": "如要允许此应用始终可以访问身体传感器数据（即使在您未使用此应用时），请前往设置。",
    "detail.upgrade.SENSORS": "此应用希望随时都能访问与您的生命体征相关的传感器数据（即使在您未使用此应用时）。",
    "settings.allow_always": "始终允许",
    "settings.allow_foreground": "仅在使用该应用时允许",
    "settings.ask": "每次都询问",
    "settings.deny": "不允许",
    "settings.header": "是否允许此应用获得“{0}”权限",
    "settings.precise": "使用确切位置",
    "group.LOCATION": "位置信息",
    "group.SENSORS": "身体传感器",
    "has_stopped": "{0}已停止运行",
    "keeps_stopping": "{0}屡次停止运行",
    "not_responding": "{0}没有响应",
    "app_info": "应用信息",
    "close_app": "关闭应用",
    "open_again": "重新打开应用",
    "wait": "等待",
    "clear_all": "全部清除",
    "no_recents": "近期没有任何内容",
    "no_notifications": "没有通知",
    "pasted_from_clipboard": "{0}已从您的剪贴板粘贴",
    "fingerprint_icon": "指纹图标",
    "fingerprint_touch": "请触摸指纹传感器",
    "fingerprint_not_match": "无法识别",
    "download_complete": "下载完成。",
    "download_unsuccessful": "下载失败。",
    "download_running": "正在下载",
    "download_unknown_title": "<未命名>",
    "clear_all_notifications": "清除所有通知。",
    "app_info_title": "应用信息",
    "storage_none": "此页面在实验设备上没有内容",
}

_EN = {
    "allow": "Allow",
    "allow_foreground": "While using the app",
    "allow_one_time": "Only this time",
    "allow_all": "Allow all",
    "always_allow_all": "Always allow all",
    "allow_limited": "Allow limited access",
    "select_more": "Select more",
    "dont_select_more": "Don’t select more",
    "deny": "Don’t allow",
    "no_upgrade": "Keep “While the app is in use”",
    "no_upgrade_one_time": "Keep “Only this time”",
    "change_to_precise": "Change to precise location",
    "keep_approximate": "Keep approximate location",
    "precise": "Precise",
    "approximate": "Approximate",
    "request.CONTACTS": "Allow {0} to access your contacts?",
    "request.LOCATION": "Allow {0} to access this device’s location?",
    "request.NEARBY_DEVICES": "Allow {0} to find, connect to, and determine the relative position of nearby devices?",
    "request.CALENDAR": "Allow {0} to access your calendar?",
    "request.SMS": "Allow {0} to send and view SMS messages?",
    "request.STORAGE": "Allow {0} to access photos, media, and files on your device?",
    "request.READ_MEDIA_AURAL": "Allow {0} to access music and audio on this device?",
    "request.READ_MEDIA_VISUAL": "Allow {0} to access photos and videos on this device?",
    "request.MICROPHONE": "Allow {0} to record audio?",
    "request.ACTIVITY_RECOGNITION": "Allow {0} to access your physical activity?",
    "request.CAMERA": "Allow {0} to take pictures and record video?",
    "request.CALL_LOG": "Allow {0} to access your phone call logs?",
    "request.PHONE": "Allow {0} to make and manage phone calls?",
    "request.SENSORS": "Allow {0} to access sensor data about your vital signs?",
    "request.NOTIFICATIONS": "Allow {0} to send you notifications?",
    "request.other": "Allow {0} to {1}?",
    "storage_q_to_s": "Allow {0} to access photos, videos, music, and audio on this device?",
    "storage_pre_q": "Allow {0} to access photos, videos, music, audio, and other files on this device?",
    "more_photos": "Allow {0} to access more photos and videos on this device?",
    "coarse_location": "Allow {0} to access this device’s approximate location?",
    "fine_upgrade": "Change {0}’s location access from approximate to precise?",
    "upgrade.LOCATION": "Change location access for {0}?",
    "upgrade.SENSORS": "Keep allowing {0} to access body sensor data while app is in use?",
    "detail.background.LOCATION": "This app may want to access your location all the time, even when you’re not "
    "using the app. Allow in settings.",
    "detail.upgrade.LOCATION": "This app wants to access your location all the time, even when you’re not using "
    "the app. Allow in settings.",
    "detail.background.SENSORS": "To let this app access body sensor data all the time, even when you’re not "
    "using the app, go to settings.",
    "detail.upgrade.SENSORS": "This app wants to access sensor data about your vital signs all the time, even "
    "when you’re not using the app. To make this change, go to settings.",
    "settings.allow_always": "Allow all the time",
    "settings.allow_foreground": "Allow only while using the app",
    "settings.ask": "Ask every time",
    "settings.deny": "Don’t allow",
    "settings.header": "{0} access for this app",
    "settings.precise": "Use precise location",
    "group.LOCATION": "Location",
    "group.SENSORS": "Body sensors",
    "has_stopped": "{0} has stopped",
    "keeps_stopping": "{0} keeps stopping",
    "not_responding": "{0} isn’t responding",
    "app_info": "App info",
    "close_app": "Close app",
    "open_again": "Open app again",
    "wait": "Wait",
    "clear_all": "Clear all",
    "no_recents": "No recent items",
    "no_notifications": "No notifications",
    "pasted_from_clipboard": "{0} pasted from your clipboard",
    "fingerprint_icon": "Fingerprint icon",
    "fingerprint_touch": "Touch the fingerprint sensor",
    "fingerprint_not_match": "Not recognized",
    "download_complete": "Download complete.",
    "download_unsuccessful": "Download unsuccessful.",
    "download_running": "Downloading",
    "download_unknown_title": "<Untitled>",
    "clear_all_notifications": "Clear all notifications.",
    "app_info_title": "App info",
    "storage_none": "This page has no content on the lab device",
}


class Texts:
    """The texts in one language: Chinese for a zh locale, English for any other."""

    def __init__(self, locale: str) -> None:
        self._table: Mapping[str, str] = _ZH if locale.lower().startswith("zh") else _EN

    def __call__(self, name: str, *values: str) -> str:
        """KeyError for a name that is not there. App labels are put in as they are, never formatted."""
        text = self._table[name]
        for index, value in enumerate(values):
            text = text.replace(f"{{{index}}}", value)
        return text

    def __contains__(self, name: str) -> bool:
        return name in self._table
