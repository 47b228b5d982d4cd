@sandbox
livereload true # reloads pages when you save
