# ccsetup for zsh: eval "$(ccsetup hook zsh)"
# `ccuse NAME` starts no process while what was compiled from the profile is current; it compares the profile's
# whole text, and takes the way through `ccsetup env` for anything out of the ordinary.
zmodload zsh/mapfile zsh/parameter
typeset -g __ccsetup_program=@program@
typeset -g __ccsetup_stamp=@stamp@

__ccsetup_layers() {
  # All that Claude Code's settings files say, in $__ccsetup_settings. $1: where the profile moves the user's.
  emulate -L zsh -o null_glob
  local file dir=${1:-${CLAUDE_CONFIG_DIR:-$HOME/.claude}}
  __ccsetup_settings=
  for file in @managed@/managed-settings.json @managed@/managed-settings.d/*.json \
    .claude/settings.local.json .claude/settings.json $dir/settings.json; do
    if [[ -f $file ]]; then __ccsetup_settings+=${mapfile[$file]}; fi
  done
}

__ccsetup_strays() {
  # Whether a variable of a family is there that no compiled text knows.
  emulate -L zsh
  local name
  for name in @strays_zsh@; do
    case ' @known@ ' in *" $name "*) ;; *) return 0 ;; esac
  done
  return 1
}

ccuse() {
  local __ccsetup_source __ccsetup_settings __ccsetup_code
  case ${1-} in
    '' | -h | --help)
      \printf 'usage: ccuse NAME | ccuse --off\n' >&2
      return 2
      ;;
    --off)
      @off@
      return 0
      ;;
    -* | *[!A-Za-z0-9._-]*) ;;
    *)
      local __ccsetup_profile=@profiles@/$1.toml __ccsetup_compiled=@compiled@/$1.sh
      if [ $# -eq 1 ] && [ -f "$__ccsetup_profile" ] && [ ! -L "$__ccsetup_profile" ] &&
        [ -f "$__ccsetup_compiled" ] && ! __ccsetup_strays; then
        __ccsetup_source=${mapfile[$__ccsetup_profile]}
        \. "$__ccsetup_compiled" && return 0
      fi
      ;;
  esac
  __ccsetup_code=$("$__ccsetup_program" env "$@" --shell zsh) || return
  \eval "$__ccsetup_code"
}

__ccsetup_complete() { compadd -- @profiles@/*.toml(N:t:r) --off }
if (( $+functions[compdef] )); then compdef __ccsetup_complete ccuse; fi
