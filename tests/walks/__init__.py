"""Random walks through the control room: after each action the screen is held against what GitLab really has."""
