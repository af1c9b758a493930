hello {{ ds_nodash }} from a file
