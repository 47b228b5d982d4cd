@sandbox
livereload true # pages load again when you save
