package com.github.unidbg;

/** An app's class that would be taken for the emulator's. */
public final class Probe {}
