
# Follow the folder's .ccsetup file. CCSETUP_FOLDERS has a line for each folder that was entered, the innermost first: the
# profile from before ("-": none), then the folder's profile and the folder. It is exported, so that a shell in a shell knows.
set -g __ccsetup_ignored
function __ccsetup_find
  # Prints "NAME FOLDER" of the nearest allowed file, and names the others once.
  set -l dir (builtin pwd -P | string collect)
  test -n "$dir"; or return
  while true
    set -l file (string replace -r '/$' '' -- $dir | string collect)/.ccsetup
    if begin; test -e $file; or test -L $file; end; and not test -d $file
      set -l name ''
      if test -f $file; and test -r $file; and not test -L $file
        set -l text
        begin
          read -z -n 80 text
          and read -z -n 1 -l more; and set text '' # a NUL, or too long
        end < $file
        set name (string match -r '^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}(?=\r?\n?$)' -- $text)
      end
      if test -z "$name"
        __ccsetup_ignore $file 'it does not hold the name of one profile; see: ccsetup use'
      else
        if test -f @folders@; and not test -L @folders@; and test -O @folders@; and test -O @state@
          while read -l line
            if test "$line" = "$name $dir"
              echo $line
              return
            end
          end < @folders@
        end
        __ccsetup_ignore $file "it selects profile $name and was not allowed here; allow it: ccsetup use --allow"
      end
    end
    test $dir = /; and return
    set dir (string replace -r '/[^/]*$' '' -- $dir | string collect)
    test -n "$dir"; or set dir /
  end
end
function __ccsetup_ignore
  contains -- "$argv" $__ccsetup_ignored; and return
  set -g -a __ccsetup_ignored "$argv"
  echo ccsetup: ignored (string escape -- $argv[1]): $argv[2] >&2
end
function __ccsetup_follow --on-variable PWD --on-event fish_prompt
  set -l found (__ccsetup_find)
  set -l folder (string replace -r '^\S+ ' '' -- "$found")
  set -l stack (string split --no-empty \n -- "$CCSETUP_FOLDERS")
  set -l now -
  set -q CCSETUP_PROFILE; and set now "$CCSETUP_PROFILE"
  set -l want $now
  while set -q stack[1]
    set -l top (string replace -r '^\S+ ' '' -- $stack[1])
    test "$top" = "$found"; and break
    set -l at (string replace -r '^\S+ ' '' -- $top | string replace -r '/$' '')/
    if test -n "$found"; and test (string sub -l (string length -- $at) -- $folder) = $at; and test $folder != $at
      break # deeper inside
    end
    set want (string match -r '^\S+' -- $stack[1])
    set -e stack[1]
  end
  if test -n "$found"; and test "$(string replace -r '^\S+ ' '' -- "$stack[1]")" != "$found"
    set -p stack "$want $found"
    set want (string match -r '^\S+' -- $found)
  end
  if set -q stack[1]
    set -gx CCSETUP_FOLDERS (string join \n -- $stack | string collect)
  else
    set -eg CCSETUP_FOLDERS
  end
  test "$want" = "$now"; and return
  if test "$want" = -
    ccuse --off
  else if string match -qr '^[A-Za-z0-9_][A-Za-z0-9._-]*$' -- "$want"
    ccuse $want
  end
end
status is-interactive; or __ccsetup_follow
