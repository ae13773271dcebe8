# ccsetup for zsh: eval "$(ccsetup hook zsh)"
# `ccuse NAME` starts no process while what was compiled from the profile is current; it compares the profile's
# whole text, and takes the way through `ccsetup env` for anything out of the ordinary.
zmodload zsh/mapfile zsh/parameter
zmodload -F zsh/stat b:zstat
typeset -g __ccsetup_program=@program@
typeset -g __ccsetup_stamp=@stamp@

typeset -ga __ccsetup_owned=(@owned@)

__ccsetup_defeated() {
  # Whether a settings file of Claude Code's names what could defeat a profile. $1: where it moves the user's.
  emulate -L zsh -o null_glob
  local __ccsetup_file __ccsetup_state __ccsetup_dir=${CLAUDE_CONFIG_DIR-}
  local -a __ccsetup_size
  case :${CCSETUP_BORROWED-}: in # what the active profile has moved moves back
    *:CLAUDE_CONFIG_DIR:*) __ccsetup_dir=${CCSETUP_SAVED_CLAUDE_CONFIG_DIR-} ;;
    *:CLAUDE_CONFIG_DIR-:*) __ccsetup_dir= ;;
  esac
  __ccsetup_state=${1:-${__ccsetup_dir:-$HOME}}/.claude.json
  __ccsetup_dir=${1:-${__ccsetup_dir:-$HOME/.claude}}
  set -- @managed@/managed-settings.json @managed@/managed-settings.d/*.json .claude/settings.json \
    $__ccsetup_dir/settings.json
  __ccsetup_dir=${PWD:A}
  while [[ -n $__ccsetup_dir ]]; do # the root of the repository is somewhere above
    if [[ -f $__ccsetup_dir/.git ]]; then return 0; fi # a worktree: the main one is elsewhere
    set -- "$@" $__ccsetup_dir/.claude/settings.local.json
    __ccsetup_dir=${__ccsetup_dir%/*}
  done
  for __ccsetup_file; do
    if [[ -f $__ccsetup_file ]]; then
      zstat -A __ccsetup_size +size -- $__ccsetup_file || return 0
      if (( __ccsetup_size[1] > @largest@ )); then
        \printf '%s\n' "ccsetup: $__ccsetup_file is too large to be read in passing; what it decides: ccsetup status" >&2
        continue
      fi
      case ${mapfile[$__ccsetup_file]} in @watched@) return 0 ;; esac
    fi
  done
  if [[ -f $__ccsetup_state ]]; then # written two spaces to a level: an `env` further in is of something else
    zstat -A __ccsetup_size +size -- $__ccsetup_state || return 0
    if (( __ccsetup_size[1] > @largest@ )); then return 0; fi # the long way is the quicker one
    case ${mapfile[$__ccsetup_state]} in
      *$'\n  "env"'*) return 0 ;;
      $'{\n  "'*) ;;
      *'"env"'*) return 0 ;;
    esac
  fi
  return 1
}

__ccsetup_clear() {
  # Gives back what the active profile borrowed, and unsets what is ours.
  local __ccsetup_entry __ccsetup_name
  @give_back@
  \unset -v "${__ccsetup_owned[@]}"
}

__ccsetup_borrow() {
  # Puts variables aside. $1: what to note behind the name of one that is not set, nothing for no note at all.
  emulate -L zsh
  local __ccsetup_name __ccsetup_none=$1
  shift
  for __ccsetup_name; do
    if (( ${+parameters[$__ccsetup_name]} )); then
      \export "CCSETUP_SAVED_$__ccsetup_name=${(P)__ccsetup_name}"
      \export CCSETUP_BORROWED="${CCSETUP_BORROWED-}${CCSETUP_BORROWED+:}$__ccsetup_name"
      \unset "$__ccsetup_name"
    elif [[ -n $__ccsetup_none ]]; then
      \export CCSETUP_BORROWED="${CCSETUP_BORROWED-}${CCSETUP_BORROWED+:}$__ccsetup_name$__ccsetup_none"
    fi
  done
}

__ccsetup_strays() {
  # Whether a variable of a family is there, or put aside, that no compiled text knows.
  emulate -L zsh
  local name
  for name in @strays_zsh@; do
    case ' @known@ ' in *" ${name#CCSETUP_SAVED_} "*) ;; *) return 0 ;; esac
  done
  return 1
}

ccuse() {
  local __ccsetup_source= __ccsetup_done= __ccsetup_code __ccsetup_entry __ccsetup_name
  case ${1-} in
    '' | -h | --help)
      \printf 'usage: ccuse NAME | ccuse --off\n' >&2
      return 2
      ;;
    --off)
      if ! __ccsetup_strays; then
        @off@
        return 0
      fi
      ;;
    -* | *[!A-Za-z0-9._-]*) ;;
    *)
      local __ccsetup_profile=@profiles@/$1.toml __ccsetup_compiled=@compiled@/$1.ccuse
      if [ $# -eq 1 ] && [ -f "$__ccsetup_profile" ] && [ ! -L "$__ccsetup_profile" ] &&
        [ -f "$__ccsetup_compiled" ] && [ -O "$__ccsetup_profile" ] && [ -O "$__ccsetup_compiled" ] &&
        [ -O "${__ccsetup_compiled%/*}" ] && ! __ccsetup_strays; then
        __ccsetup_source="${mapfile[$__ccsetup_profile]}"
        \. "$__ccsetup_compiled" && [[ -n $__ccsetup_done ]] && return 0
      fi
      ;;
  esac
  # Written with = it takes the long way, which also mends what is compiled.
  __ccsetup_code="$("$__ccsetup_program" env "$@" --shell=zsh)" || return
  \eval "$__ccsetup_code"
}

__ccsetup_complete() {
  emulate -L zsh
  compadd -- @profiles@/*.toml(N:t:r) --off
}
if (( ${+functions[compdef]} )); then
  compdef __ccsetup_complete ccuse
elif [[ -o interactive ]]; then # compinit comes later: by the first prompt it has
  __ccsetup_later() {
    if (( ${+functions[compdef]} )); then compdef __ccsetup_complete ccuse; fi
    precmd_functions=(${precmd_functions:#__ccsetup_later})
  }
  typeset -ga precmd_functions
  precmd_functions+=(__ccsetup_later)
fi
