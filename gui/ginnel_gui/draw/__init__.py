"""What Ginnel draws itself: one palette, one set of icons, the chart and the picture of what goes where."""
