"""Withdrawal, deletion, requests of users, minors, biometrics, generative AI."""
