"""What is read and sent: before consent, after refusal, in the background, beyond what was declared or needed."""
