from pathlib import Path

from playground.ui.settings import HOME, RECENT, Settings


def test_choices_are_remembered(tmp_path):
    first = Settings(tmp_path)
    assert first.theme == ""
    first.theme = "dark"
    first.set_names("plots", ("loss", "gates"))
    first.sync()
    second = Settings(tmp_path)
    assert second.theme == "dark"
    assert second.names("plots", ()) == ("loss", "gates")
    assert second.names("nothing", ("a",)) == ("a",)


def test_recent_files_are_the_latest_first_and_exist(tmp_path):
    settings = Settings(tmp_path / "home")
    files = [tmp_path / f"{number}.experiment.json" for number in range(RECENT + 3)]
    for file in files:
        file.write_text("{}")
        settings.remember(file)
    settings.remember(files[-2])
    assert settings.recent[:2] == [files[-2], files[-1]]
    assert len(settings.recent) == RECENT
    files[-1].unlink()
    assert files[-1] not in settings.recent
    settings.forget_recent()
    assert settings.recent == []


def test_a_broken_settings_file_is_no_obstacle(tmp_path):
    (tmp_path / "window.ini").write_bytes(b"\x00\xff[[[theme=@Invalid")
    settings = Settings(tmp_path)
    assert settings.theme == ""
    assert settings.recent == []
    assert settings.bytes("geometry") is None


def test_the_environment_names_the_home(tmp_path, monkeypatch):
    monkeypatch.setenv(HOME, str(tmp_path))
    settings = Settings()
    for folder in (settings.config_folder, settings.cache_folder, settings.recovery_folder, settings.checkpoint_folder):
        assert tmp_path in (folder, *Path(folder).parents)
