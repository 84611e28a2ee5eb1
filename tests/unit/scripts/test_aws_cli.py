from scripts.deploy.aws_cli import final_lines


def test_progress_that_was_overwritten_is_left_out() -> None:
    """The AWS CLI draws its progress by carriage returns, also where there is no terminal."""
    printed = "\nUploading to x  1 / 2  (50%)\rUploading to x  2 / 2  (100%)\n\nAn error occurred\n"
    assert "Uploading to x  2 / 2  (100%)\nAn error occurred" == final_lines(printed)
