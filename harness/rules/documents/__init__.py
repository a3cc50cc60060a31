"""What the texts say: policy, summary, lists, rules for minors."""
