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
  # Set and empty it is the current folder, which takes the long way.
  if [[ -z ${CLAUDE_CONFIG_DIR-x} || -z ${CCSETUP_SAVED_CLAUDE_CONFIG_DIR-x} ]]; then return 0; fi
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
  if [[ -z ${CCSETUP_PROFILE-} ]]; then __ccsetup_note; fi
  @give_back@
  \unset -v "${__ccsetup_owned[@]}"
}

__ccsetup_note() {
  # Notes which of the user's own values a switch clears: they do not come back with --off.
  emulate -L zsh
  local __ccsetup_name __ccsetup_names=
  for __ccsetup_name in "${__ccsetup_owned[@]}"; do
    if [[ -n ${(P)__ccsetup_name-} ]]; then __ccsetup_names+="${__ccsetup_names:+, }$__ccsetup_name"; fi
  done
  \unset CCSETUP_CLEARED
  if [[ -n $__ccsetup_names ]]; then \export CCSETUP_CLEARED="$__ccsetup_names"; fi
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

__ccsetup_switch() {
  # Switches to the profile $1 without starting a process, and sets __ccsetup_done to its label; 1 if that cannot be done.
  local __ccsetup_profile=@profiles@/$1.toml __ccsetup_compiled=@compiled@/$1.ccuse
  if [ -f "$__ccsetup_profile" ] && [ ! -L "$__ccsetup_profile" ] &&
    [ -f "$__ccsetup_compiled" ] && [ -O "$__ccsetup_profile" ] && [ -O "$__ccsetup_compiled" ] &&
    [ -O "${__ccsetup_compiled%/*}" ] && ! __ccsetup_strays; then
    __ccsetup_source="${mapfile[$__ccsetup_profile]}"
    \. "$__ccsetup_compiled" && [[ -n $__ccsetup_done ]] && return 0
  fi
  return 1
}

__ccsetup_list() {
  emulate -L zsh
  local __ccsetup_default= __ccsetup_name __ccsetup_mark
  local -a __ccsetup_names=(@profiles@/*.toml(N:t:r))
  if [[ -f @default@ ]]; then IFS= \read -r __ccsetup_default < @default@; fi
  for __ccsetup_name in $__ccsetup_names; do
    case $__ccsetup_name in ''|[.-]*|*[^A-Za-z0-9._-]*) continue ;; esac
    __ccsetup_mark=' '
    if [[ $__ccsetup_name == "${CCSETUP_PROFILE-}" ]]; then __ccsetup_mark='*'; fi
    if [[ $__ccsetup_name == "$__ccsetup_default" ]]; then __ccsetup_name="$__ccsetup_name (default)"; fi
    \printf '%s %s\n' "$__ccsetup_mark" "$__ccsetup_name"
  done
  if (( ! $#__ccsetup_names )); then \printf 'no profiles yet; make one with: ccsetup init\n' >&2; fi
  return 0
}

__ccsetup_say() {
  # Nothing in a subshell: `$(cd elsewhere && pwd)`.
  if [[ ${ZSH_SUBSHELL} -eq 0 ]]; then \printf 'ccsetup: %s\n' "$1" >&2; fi
}

__ccsetup_say_cleared() {
  if [[ -n ${CCSETUP_CLEARED-} ]]; then __ccsetup_say "cleared from this shell: $CCSETUP_CLEARED (not restored by --off)"; fi
}

ccuse() {
  local __ccsetup_source= __ccsetup_done= __ccsetup_code __ccsetup_entry __ccsetup_name
  local __ccsetup_was=${CCSETUP_PROFILE-} __ccsetup_cleared
  if [[ $# -eq 0 ]]; then __ccsetup_list; return; fi
  case $1 in
    -h | --help)
      \printf 'usage: ccuse NAME | ccuse --off | ccuse\n' >&2
      return 2
      ;;
    --off)
      if [[ $# -eq 1 ]] && ! __ccsetup_strays; then
        __ccsetup_cleared=${CCSETUP_CLEARED-}
        @off@
        if [[ -z $__ccsetup_was ]]; then __ccsetup_say 'no profile is active'; return 0; fi
        __ccsetup_say "$__ccsetup_was is off"
        if [[ -n $__ccsetup_cleared ]]; then __ccsetup_say "still unset: $__ccsetup_cleared (set again if you need it)"; fi
        return 0
      fi
      ;;
    -* | *[!A-Za-z0-9._-]*) ;;
    *)
      if [[ $# -eq 1 ]] && __ccsetup_switch "$1"; then
        __ccsetup_say "now using $__ccsetup_done"
        if [[ -z $__ccsetup_was ]]; then __ccsetup_say_cleared; fi
        return 0
      fi
      ;;
  esac
  # Written with = it takes the long way, which also compiles it again.
  __ccsetup_code="$("$__ccsetup_program" env "$@" --announce --shell=zsh)" || return
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

# A new shell switches to the default; the folder's profile comes with the first prompt.
if [[ -z ${CCSETUP_PROFILE-} && -f @default@ && -O @default@ ]]; then
  __ccsetup_start() {
    local __ccsetup_source= __ccsetup_done= __ccsetup_entry __ccsetup_name __ccsetup_default=
    IFS= \read -r __ccsetup_default < @default@ || :
    case $__ccsetup_default in
      '' | [.-]* | *[!A-Za-z0-9._-]*) ;;
      *) if ! __ccsetup_switch "$__ccsetup_default"; then
        \printf 'ccsetup: the default is %s; switch to it with: ccuse %s\n' "$__ccsetup_default" "$__ccsetup_default" >&2
      else
        __ccsetup_say_cleared
      fi ;;
    esac
  }
  __ccsetup_start
  \unset -f __ccsetup_start
fi
