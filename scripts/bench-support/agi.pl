#!/usr/bin/perl
# An AGI script in Perl that answers what the gate answers: what a call costs where Asterisk starts a process for it.
use strict;
use warnings;

$| = 1;
while (my $line = <STDIN>) { last if $line eq "\n"; }
print qq{SET VARIABLE DEVICELOCK_VERDICT "allow"\n};
my $reply = <STDIN>;
