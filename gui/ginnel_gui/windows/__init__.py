"""The windows and pages of the app: widgets that show what `model` says and ask what `desk` does."""
