"""The pages of the counter app, a module for each part of a clerk's day."""
