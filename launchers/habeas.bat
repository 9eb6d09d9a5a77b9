@echo off
rem Windows: double-click. The window stays open while it runs; closing it locks the vault. (Written, and not run on Windows by us.)
set "PATH=%USERPROFILE%\.local\bin;%PATH%"
where habeas >nul 2>nul
if errorlevel 1 (
  echo Habeas is not installed for this user: pipx install habeas-VERSION-py3-none-any.whl
  pause
  exit /b 1
)
habeas %*
if errorlevel 1 pause
