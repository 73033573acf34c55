#!/bin/sh
# An AGI script in sh that answers what the gate answers: what a call costs where Asterisk starts a process for it.
while read -r line && [ -n "$line" ]; do :; done
echo 'SET VARIABLE DEVICELOCK_VERDICT "allow"'
read -r line
