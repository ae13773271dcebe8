# ccsetup for fish: ccsetup hook fish | source
function ccuse --description 'Use a profile of ccsetup in this shell'
  if test (count $argv) -eq 0
    __ccsetup_list
    return
  end
  if contains -- $argv[1] -h --help
    echo 'usage: ccuse NAME | ccuse --off | ccuse' >&2
    return 2
  end
  set -l code (@program@ env $argv --shell fish --announce)
  or return
  string join \n -- $code | source
end
function __ccsetup_names
  set -l paths @profiles@/*.toml
  string replace -r '(?s).*/(.*)\.toml$' '$1' -- $paths --off
end
function __ccsetup_list
  set -l default ''
  if test -f @default@
    read -n 80 -l line < @default@
    set default $line
  end
  set -l names (__ccsetup_names | string match -r '^[A-Za-z0-9_][A-Za-z0-9._-]*$')
  for name in $names
    set -l mark ' '
    set -l note ''
    test "$name" = "$CCSETUP_PROFILE"; and set mark '*'
    test "$name" = "$default"; and set note ' (default)'
    echo "$mark $name$note"
  end
  if test (count $names) -eq 0
    echo 'no profiles yet; make one with: ccsetup init' >&2
  end
  return 0
end
complete -c ccuse -f -a '(__ccsetup_names)'
