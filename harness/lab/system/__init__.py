"""What an Android device's system server knows and decides: packages, permissions, activities, processes.

It runs in the daemon, on its event loop. App processes are strangers to it: they speak only for themselves.
"""
