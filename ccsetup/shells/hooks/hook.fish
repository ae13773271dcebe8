# ccsetup for fish: ccsetup hook fish | source
function ccuse --description 'Use a profile of ccsetup in this shell'
  if test (count $argv) -eq 0; or contains -- $argv[1] -h --help
    echo 'usage: ccuse NAME | ccuse --off' >&2
    return 2
  end
  set -l code (@program@ env $argv --shell fish)
  or return
  string join \n -- $code | source
end
function __ccsetup_names
  set -l paths @profiles@/*.toml
  string replace -r '(?s).*/(.*)\.toml$' '$1' -- $paths --off
end
complete -c ccuse -f -a '(__ccsetup_names)'
