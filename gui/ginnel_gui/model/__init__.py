"""What the windows show, without Qt: values in, values out."""
