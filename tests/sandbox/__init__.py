"""The sandbox against what is known of GitLab."""
